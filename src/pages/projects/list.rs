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
use crate::http::query::{Both, Path};

use crate::options_of;
use crate::pages::kit::number;
use crate::pages::kit::picks::{Asked, Chip, Pick};
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{Place, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::figures::view::PlannedPart;
use crate::usecases::permission::{ReadReference, ReadSummaries};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reference::units;
use crate::usecases::summaries::project_row::ProjectRow;
use crate::usecases::summaries::projects::{self, ProjectRows, RowQuery};

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/projects").route(web::get().to(show)));
}

/// A column header with a sort link.
pub struct Head {
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
    heads: Vec<Head>,
    picks: Vec<Pick>,
    /// Filter by one month of the year.
    months: Pick,
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
const ASKED: [&str; 10] =
    ["q", "industry", "group", "area", "stage", "nature", "light", "month", "starts", "reports"];

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let Both(filter, rows): Both<FilterQuery, RowQuery> = visit.asked()?;
    let shell = Shell::around(&visit, Place::PROJECTS).await?;
    let period = visit.choice.asked();
    let language = visit.language;
    let more = OtherFilters {
        units: filter.unit.clone(),
        role: filter.role,
        q: filter.q.clone().unwrap_or_default(),
    };
    let later = rows.cursor.is_some();
    let sort = rows.sort.clone();
    let list = visit.ask(move |ask| projects::list(ask, &filter, period, &rows)).await?;
    let names = visit.app.db.read(move |conn| Names::load(conn, language)).await?;
    let asked = Asked::of(&shell);
    let picks = picks(&asked, &names, &shell);
    let months = shell.months().into_iter().map(|m| (m.to_string(), m.to_string()));
    let months = asked.pick("month", shell.t("单月", "One month"), months);
    let mut chips = asked.chips(&picks);
    chips.extend(asked.chips(std::slice::from_ref(&months)));
    chips.extend(more.chips(&visit, &asked, &shell).await?);
    Ok(Page::of(ProjectsPage {
        heads: heads(&shell, &sort, list.month.is_some()),
        carried: asked.beside(&ASKED),
        unfiltered: asked.without_any(&[&ASKED[..], &["unit", "role"]].concat()),
        files: asked.files("/files/summaries/projects", &shell.choice.kept()),
        later,
        shell,
        list,
        names,
        picks,
        months,
        chips,
        q: more.q,
    }))
}

/// Active filters without a menu in the form.
struct OtherFilters {
    units: Vec<UnitId>,
    role: Option<UnitRole>,
    q: String,
}

impl OtherFilters {
    async fn chips(
        &self,
        visit: &Visit<ReadSummaries>,
        asked: &Asked,
        shell: &Shell,
    ) -> Result<Vec<Chip>, Problem> {
        let mut chips = Vec::new();
        for unit in &self.units {
            let label = format!("{}：{}", shell.t("单位", "Unit"), unit_name(visit, *unit).await?);
            chips.push(Chip { label, href: asked.without("unit", &unit.to_string()) });
        }
        if let Some(role) = self.role {
            let label = format!("{}：{}", shell.t("角色", "Role"), role.say(shell.language));
            chips.push(Chip { label, href: asked.without("role", role.as_str()) });
        }
        if !self.q.is_empty() {
            let label = format!("“{}”", self.q);
            chips.push(Chip { label, href: asked.without_any(&["q"]) });
        }
        Ok(chips)
    }
}

async fn unit_name(visit: &Visit<ReadSummaries>, unit: UnitId) -> Result<String, Problem> {
    let who = visit.permit::<ReadReference>()?;
    match who.ask(move |ask| units::get(ask, unit)).await {
        Ok(unit) => Ok(unit.name),
        Err(problem) if problem.status.as_u16() == 404 => Ok(unit.to_string()),
        Err(problem) => Err(problem),
    }
}

fn picks(asked: &Asked, names: &Names, shell: &Shell) -> Vec<Pick> {
    let (t, language) = (|zh, en| shell.t(zh, en), shell.language);
    let industries = names.industries().iter().map(|i| (i.code.clone(), i.name.clone()));
    let areas = names.areas().iter().map(|a| (a.code.clone(), a.name.clone()));
    vec![
        asked.pick("industry", t("产业", "Industry"), industries),
        asked.pick("group", t("类别", "Group"), options_of!(IndustryGroup, language)),
        asked.pick("area", t("区域", "Area"), areas),
        asked.pick("stage", t("库别", "Stage"), options_of!(Stage, language)),
        asked.pick("nature", t("建设性质", "Nature"), options_of!(Nature, language)),
        asked.pick("light", t("红黄绿灯", "Light"), options_of!(Light, language)),
        asked.pick("starts", t("开工", "Start"), options_of!(StartPart, language)),
        asked.pick("reports", t("填报", "Reports"), options_of!(ReportPart, language)),
    ]
}

fn heads(shell: &Shell, sort: &str, of_month: bool) -> Vec<Head> {
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
fn head(shell: &Shell, title: &str, key: &str, sort: &str) -> Head {
    let name = key.trim_start_matches('-');
    let first = sort.split(',').next().unwrap_or_default();
    let sorted = (first.trim_start_matches('-') == name)
        .then(|| if first.starts_with('-') { "descending" } else { "ascending" });
    let next = match sorted {
        Some("descending") => name.to_owned(),
        Some(_) => format!("-{name}"),
        None => key.to_owned(),
    };
    Head { title: title.to_owned(), sorted, href: shell.with("sort", &next) }
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
