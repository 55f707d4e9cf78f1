//! 项目: the project list that the figures of other pages link to.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::figures::asked::Asking;
use crate::api::summaries::investment::PlannedPart;
use crate::api::summaries::project_row::ProjectRow;
use crate::api::summaries::projects::{ProjectRows, RowQuery, draw_up};
use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::StartPart;
use crate::domain::id::UnitId;
use crate::domain::light::Light;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;
use crate::http::problem::Problem;
use crate::http::query::Both;

use crate::options_of;
use crate::pages::kit::filters::{Chip, Filter, ListAddress};
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::{ReadReference, ReadSummaries};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reference::units;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/projects").route(web::get().to(show)));
}

/// A column header with a sort link.
pub struct ColumnHead {
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
    let Both(filter, rows): Both<FilterQuery, RowQuery> = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::PROJECTS).await?;
    let (asked, sight, now, language) =
        (visit.choice.period_query(), visit.sees(), visit.now, visit.language);
    let (units, role, later) = (filter.unit.clone(), filter.role, rows.cursor.is_some());
    let (q, sort) = (filter.q.clone().unwrap_or_default(), rows.sort.clone());
    let (list, names) = visit
        .app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            let list = draw_up(conn, &asking, &known, &rows, language)?;
            Ok((list, Names::load(conn, language)?))
        })
        .await?;
    let asked = ListAddress::of(&shell);
    let filters = filters(&asked, &names, &shell);
    let months = shell.months().into_iter().map(|m| (m.to_string(), m.to_string()));
    let months = asked.filter("month", shell.t("单月", "One month"), months);
    let more = (units.as_slice(), role, q.as_str());
    let chips = chips(&visit, (&asked, &shell), (&filters, &months), more).await?;
    Ok(Page::of(ProjectsPage {
        heads: heads(&shell, &sort, list.month.is_some()),
        carried: asked.other_params(&FORM_PARAMETERS),
        unfiltered: asked.without_any(&[&FORM_PARAMETERS[..], &["unit", "role"]].concat()),
        files: asked.files("/files/summaries/projects", &shell.choice.to_query()),
        later,
        shell,
        list,
        names,
        filters,
        months,
        chips,
        q,
    }))
}

/// A chip for every active filter, including those without a field in the form.
async fn chips(
    visit: &Visit<ReadSummaries>,
    (asked, shell): (&ListAddress, &Shell),
    (filters, months): (&[Filter], &Filter),
    (units, role, q): (&[UnitId], Option<UnitRole>, &str),
) -> Result<Vec<Chip>, Problem> {
    let mut chips = asked.chips(filters);
    chips.extend(asked.chips(std::slice::from_ref(months)));
    for unit in units {
        let label = format!("{}：{}", shell.t("单位", "Unit"), unit_name(visit, *unit).await?);
        chips.push(Chip { label, href: asked.without("unit", &unit.to_string()) });
    }
    if let Some(role) = role {
        let label = format!("{}：{}", shell.t("角色", "Role"), role.say(shell.language));
        chips.push(Chip { label, href: asked.without("role", role.as_str()) });
    }
    if !q.is_empty() {
        chips.push(Chip { label: format!("“{q}”"), href: asked.without_any(&["q"]) });
    }
    Ok(chips)
}

async fn unit_name(visit: &Visit<ReadSummaries>, unit: UnitId) -> Result<String, Problem> {
    let who = visit.permit::<ReadReference>()?;
    match who.ask(move |ask| units::get(ask, unit)).await {
        Ok(unit) => Ok(unit.name),
        Err(problem) if problem.status.as_u16() == 404 => Ok(unit.to_string()),
        Err(problem) => Err(problem),
    }
}

fn filters(asked: &ListAddress, names: &Names, shell: &Shell) -> Vec<Filter> {
    let (t, language) = (|zh, en| shell.t(zh, en), shell.language);
    let industries = names.industries().iter().map(|i| (i.code.clone(), i.name.clone()));
    let areas = names.areas().iter().map(|a| (a.code.clone(), a.name.clone()));
    vec![
        asked.filter("industry", t("产业", "Industry"), industries),
        asked.filter("group", t("类别", "Group"), options_of!(IndustryGroup, language)),
        asked.filter("area", t("区域", "Area"), areas),
        asked.filter("stage", t("库别", "Stage"), options_of!(Stage, language)),
        asked.filter("nature", t("建设性质", "Nature"), options_of!(Nature, language)),
        asked.filter("light", t("红黄绿灯", "Light"), options_of!(Light, language)),
        asked.filter("starts", t("开工", "Start"), options_of!(StartPart, language)),
        asked.filter("reports", t("填报", "Reports"), options_of!(ReportPart, language)),
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
