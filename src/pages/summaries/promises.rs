//! 兑现表: the promise table of the plan document: promised and current figures.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::http::problem::Problem;
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::plans::document;
use crate::usecases::plans::view::PlanView;
use crate::usecases::reference::names::Names;
use crate::usecases::summaries::commitments::{self, CommitmentLine, Commitments};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/promises").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/promises.html")]
struct PromisesPage {
    shell: Shell,
    table: Commitments,
    plan: Option<PlanView>,
    names: Names,
}

/// Kind of table row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Sub-total of a group, above its industries.
    Group,
    /// Sub-total of an industry with parts, above them.
    Parent,
    /// An industry without parts.
    Line,
    /// A part of an industry.
    Part,
    /// Grand total.
    Total,
}

/// A row of the table.
struct Row<'a> {
    kind: Kind,
    line: &'a CommitmentLine,
    name: String,
    /// Filter parameters of the list behind the row.
    filter: String,
}

impl Row<'_> {
    fn class(&self) -> &'static str {
        match self.kind {
            Kind::Group => "group",
            Kind::Parent => "parent",
            Kind::Line => "line",
            Kind::Part => "part",
            Kind::Total => "total",
        }
    }
}

impl PromisesPage {
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for group in &self.table.groups {
            let Some(code) = group.group else { continue };
            rows.push(Row {
                kind: Kind::Group,
                line: group,
                name: code.say(self.shell.language),
                filter: format!("&group={code}"),
            });
            let mut last = None;
            for line in self.table.lines.iter().filter(|line| line.group == group.group) {
                let parent = line.industry.as_deref().and_then(|code| self.names.parent(code));
                if parent.is_some() && parent != last {
                    let sum = self.table.parents.iter().find(|p| p.industry.as_deref() == parent);
                    rows.extend(sum.map(|line| self.row(Kind::Parent, line)));
                }
                last = parent;
                let kind = if parent.is_some() { Kind::Part } else { Kind::Line };
                rows.push(self.row(kind, line));
            }
        }
        rows.push(Row {
            kind: Kind::Total,
            line: &self.table.total,
            name: self.shell.t("合计", "Total").to_owned(),
            filter: String::new(),
        });
        rows
    }

    fn row<'a>(&self, kind: Kind, line: &'a CommitmentLine) -> Row<'a> {
        let code = line.industry.as_deref().unwrap_or_default();
        Row { kind, line, name: self.names.industry(code), filter: format!("&industry={code}") }
    }
}

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let shell = Shell::for_visit(&visit, NavItem::PROMISES)?;
    let period = visit.choice.period_query();
    let read = move |ask: &mut Ask<'_>| {
        let plan = document::find(ask, period.year)?;
        Ok((commitments::get(ask, period)?, plan, Names::read(ask)?))
    };
    let (table, plan, names) = visit.ask(read).await?;
    Ok(Page::of(PromisesPage { shell, table, plan, names }))
}
