//! 项目: the project list that the figures of other pages link to.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::StartPart;
use crate::domain::id::UnitId;
use crate::domain::light::Light;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::options_of;
use crate::pages::kit::filters::{Chip, Filter, ListAddress};
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::figures::view::PlannedPart;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reference::units;
use crate::usecases::refusal::{Refusal, RefusalKind};
use crate::usecases::summaries::project_row::ProjectRow;
use crate::usecases::summaries::projects::{self, ProjectRows, RowQuery};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/projects").route(web::get().to(show)));
}

/// A column header with a sort link.
pub(crate) struct ColumnHead {
    /// Title.
    pub title: String,
    /// Current sort order, for `aria-sort`.
    pub sorted: Option<&'static str>,
    /// Address of the list sorted by this column, or in the opposite order.
    pub href: String,
}

#[derive(Template)]
#[template(path = "pages/projects.html")]
struct ProjectsPage {
    shell: Shell,
    list: ProjectRows,
    names: Names,
    heads: Vec<ColumnHead>,
    filters: Vec<Filter>,
    /// Filter by one month of the year.
    months: Filter,
    chips: Vec<Chip>,
    q: String,
    /// Hidden fields of the filter form.
    carried: Vec<(String, String)>,
    /// Address without filters.
    unfiltered: String,
    /// Links to the same rows as XLSX and CSV.
    files: [String; 2],
    /// True for a page after the first.
    later: bool,
}

/// Parameters that the filter form has fields for.
const FORM_PARAMETERS: [&str; 10] =
    ["q", "industry", "group", "area", "stage", "nature", "light", "month", "starts", "reports"];

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let QueryPair(filter, rows): QueryPair<FilterQuery, RowQuery> = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::PROJECTS)?;
    let period = visit.choice.period_query();
    let later = rows.cursor.is_some();
    let sort = rows.sort.clone();
    let question = move |ask: &mut Ask<'_>| {
        let list = projects::list(ask, &filter, period, &rows)?;
        let more = OtherFilters {
            units: unit_names(ask, &filter.unit)?,
            role: filter.role,
            q: filter.q.unwrap_or_default(),
        };
        Ok((list, Names::read(ask)?, more))
    };
    let (list, names, more) = visit.ask(question).await?;
    let address = ListAddress::of(&shell);
    let filters = filters(&address, &names, &shell);
    let months = shell.months().into_iter().map(|m| (m.to_string(), m.to_string()));
    let months = address.filter("month", shell.t("单月", "One month"), months);
    let mut chips = address.chips(&filters);
    chips.extend(address.chips(std::slice::from_ref(&months)));
    chips.extend(more.chips(&address, &shell));
    Ok(Page::of(ProjectsPage {
        heads: heads(&shell, &sort, list.month.is_some()),
        carried: address.other_params(&FORM_PARAMETERS),
        unfiltered: address.without_any(&[&FORM_PARAMETERS[..], &["unit", "role"]].concat()),
        files: address.files("/files/summaries/projects", &shell.choice.to_query()),
        later,
        shell,
        list,
        names,
        filters,
        months,
        chips,
        q: more.q,
    }))
}

/// A unit of the filter with its name.
struct NamedUnit {
    id: UnitId,
    name: String,
}

/// Names of the units in the filter; the id of one that does not exist.
fn unit_names(ask: &mut Ask<'_>, ids: &[UnitId]) -> Result<Vec<NamedUnit>, Refusal> {
    let named = |id: &UnitId| match units::get(ask, *id) {
        Ok(unit) => Ok(NamedUnit { id: *id, name: unit.name }),
        Err(refusal) if refusal.kind == RefusalKind::NotFound => {
            Ok(NamedUnit { id: *id, name: id.to_string() })
        }
        Err(refusal) => Err(refusal),
    };
    ids.iter().map(named).collect()
}

/// Active filters without a menu in the form.
struct OtherFilters {
    units: Vec<NamedUnit>,
    role: Option<UnitRole>,
    q: String,
}

impl OtherFilters {
    /// A chip for each of them.
    fn chips(&self, address: &ListAddress, shell: &Shell) -> Vec<Chip> {
        let mut chips = Vec::new();
        for unit in &self.units {
            let label = format!("{}：{}", shell.t("单位", "Unit"), unit.name);
            chips.push(Chip { label, href: address.without("unit", &unit.id.to_string()) });
        }
        if let Some(role) = self.role {
            let label = format!("{}：{}", shell.t("角色", "Role"), role.say(shell.language));
            chips.push(Chip { label, href: address.without("role", role.as_str()) });
        }
        if !self.q.is_empty() {
            let label = format!("“{}”", self.q);
            chips.push(Chip { label, href: address.without_any(&["q"]) });
        }
        chips
    }
}

fn filters(address: &ListAddress, names: &Names, shell: &Shell) -> Vec<Filter> {
    let t = |zh, en| shell.t(zh, en);
    let language = shell.language;
    let industries = names.industries().iter().map(|i| (i.code.clone(), i.name.clone()));
    let areas = names.areas().iter().map(|a| (a.code.clone(), a.name.clone()));
    vec![
        address.filter("industry", t("产业", "Industry"), industries),
        address.filter("group", t("类别", "Group"), options_of!(IndustryGroup, language)),
        address.filter("area", t("区域", "Area"), areas),
        address.filter("stage", t("库别", "Stage"), options_of!(Stage, language)),
        address.filter("nature", t("建设性质", "Nature"), options_of!(Nature, language)),
        address.filter("light", t("红黄绿灯", "Light"), options_of!(Light, language)),
        address.filter("starts", t("开工", "Start"), options_of!(StartPart, language)),
        address.filter("reports", t("填报", "Reports"), options_of!(ReportPart, language)),
    ]
}

fn heads(shell: &Shell, sort: &str, of_month: bool) -> Vec<ColumnHead> {
    let t = |zh, en| shell.t(zh, en);
    let planned = if of_month {
        (t("当月计划", "Planned"), "-through_wan")
    } else {
        (t("年度计划", "Planned"), "-annual_investment_wan")
    };
    let completed =
        if of_month { t("当月完成", "Completed") } else { t("完成投资", "Completed") };
    let columns = [
        (t("项目", "Project"), "name"),
        (t("产业", "Industry"), "industry"),
        (t("区域", "Area"), "area"),
        (t("库别", "Stage"), "stage"),
        (t("总投资", "Total"), "-total_investment_wan"),
        planned,
        (completed, "-completed_wan"),
        (t("完成率", "Completion"), "-against_plan"),
        (t("进度偏差（点）", "Deviation (points)"), "deviation_points"),
        (t("总投资完成率", "Completion of total"), "-total_completion"),
        (t("月报（确认/应报）", "Reports (confirmed/due)"), "-missing"),
        (t("红黄绿灯", "Light"), "-light"),
    ];
    columns.into_iter().map(|(title, key)| head(shell, title, key, sort)).collect()
}

/// Header of a column that sorts by `key` first, then in the opposite order.
fn head(shell: &Shell, title: &str, key: &str, sort: &str) -> ColumnHead {
    let name = key.trim_start_matches('-');
    let first = sort.split(',').next().unwrap_or_default();
    let sorted = (first.trim_start_matches('-') == name)
        .then(|| if first.starts_with('-') { "descending" } else { "ascending" });
    let next = match sorted {
        Some("descending") => name.to_owned(),
        Some(_) => format!("-{name}"),
        None => key.to_owned(),
    };
    ColumnHead { title: title.to_owned(), sorted, href: shell.with("sort", &next) }
}

impl ProjectsPage {
    /// Address of the project's page.
    fn project(&self, row: &ProjectRow) -> String {
        self.shell.to(&format!("/projects/{}", row.project_id))
    }

    /// Planned amount of the year, or of the selected month.
    fn planned(&self, part: &PlannedPart) -> String {
        let month = self.list.month.map(|_| part.through_wan);
        number::wan(&month.or(part.annual_investment_wan).unwrap_or(part.through_wan))
    }
}
