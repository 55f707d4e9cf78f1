//! Reporting months: who has filed in them, and what the commission does with them.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::form::{Complaints, Fields, Form};
use super::number;
use super::reply::{Page, see_other};
use super::review;
use super::shell::{Place, Shell};
use super::trouble::Trouble;
use super::visit::Visit;
use crate::api::body::{Body, judge};
use crate::api::caller::{KeepMonths, Permission, ReadProjects, ReturnReports};
use crate::api::filings::{Filing, FilingQuery, FilingsRow, FilingsView, list_filings};
use crate::api::late_grants::{LateGrantInput, LateGrantView, create_late_grant, list_late_grants};
use crate::api::names::Names;
use crate::api::once::Once;
use crate::api::precondition::Precondition;
use crate::api::problem::Problem;
use crate::api::project_filter::FilterQuery;
use crate::api::query::{Both, Path, Query};
use crate::api::reply::PageView;
use crate::api::reporting_months::{
    MonthPath, ReportingMonthInput, ReportingMonthStatus, ReportingMonthView, YearQuery,
    close_reporting_month, get_reporting_month, list_reporting_months, put_reporting_month,
};
use crate::domain::access::Action;
use crate::domain::filings::FilingStatus;
use crate::domain::id::UnitId;
use crate::domain::month::Month;
use crate::domain::reporting_month::MonthState;
use crate::domain::words::Words;

/// Mounts the pages.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/months").route(web::post().to(open)))
        .service(web::resource("/months/{month}").route(web::get().to(show)))
        .service(web::resource("/months/{month}/days").route(web::post().to(move_days)))
        .service(web::resource("/months/{month}/closing").route(web::post().to(close)))
        .service(web::resource("/months/{month}/grants").route(web::post().to(grant)));
}

/// A month of the year with what became of its reports.
pub struct MonthRow {
    /// The month.
    pub month: ReportingMonthView,
    /// What became of the reports owed in it.
    pub filings: FilingsView,
    /// Days until it is due; negative when it is overdue.
    pub days_left: i64,
}

/// The months of the year that is looked at, the earliest first.
///
/// # Errors
/// The use cases'.
pub async fn months_of<P: Permission>(visit: &Visit<P>) -> Result<Vec<MonthRow>, Problem> {
    let reads = || visit.permit::<ReadProjects>();
    let year = Query(YearQuery { year: Some(visit.choice.year) });
    let all = list_reporting_months(visit.app.clone(), reads()?, year).await?.0;
    let mut rows = Vec::new();
    for month in all.items {
        let at = Path(MonthPath { month: month.month });
        let status = get_reporting_month(visit.app.clone(), reads()?, at).await?.0;
        let days_left = (month.due_on - visit.now.today).num_days();
        rows.push(MonthRow { month, filings: status.filings, days_left });
    }
    Ok(rows)
}

/// The form that opens a month, with what one would usually say.
pub struct Opening {
    /// The months that can be opened.
    pub months: Vec<Month>,
    /// The one to be opened next.
    pub next: Month,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day that is in time.
    pub due_on: NaiveDate,
}

impl Opening {
    /// Of the months of the year that were not opened, if there are any: the one after the last.
    pub fn next(shell: &Shell, opened: &[MonthRow]) -> Option<Self> {
        let known = |month: &Month| opened.iter().any(|row| row.month.month == *month);
        let months: Vec<Month> = shell.choice.year.months().filter(|m| !known(m)).collect();
        let last = opened.last().map(|row| row.month.month);
        let after = months.iter().find(|m| last.is_none_or(|last| **m > last));
        let next = *after.or(months.first())?;
        let opens_on = next.next().first_day();
        Some(Self { months, next, opens_on, due_on: opens_on + Days::new(4) })
    }
}

/// Which filings of a month.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingsQuery {
    /// With one of these statuses.
    #[serde(default)]
    pub status: Vec<FilingStatus>,
    /// Late ones alone, or those in time.
    #[param(nullable = false)]
    pub late: Option<bool>,
    /// Of this area, by code.
    #[param(nullable = false)]
    pub area: Option<String>,
    /// Of this industry, by code.
    #[param(nullable = false)]
    pub industry: Option<String>,
    /// Owned by this unit, by id.
    #[param(nullable = false)]
    pub unit: Option<UnitId>,
    /// Where the page begins.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// A table of who has filed.
struct Group {
    title: &'static str,
    /// The parameter that asks for one of its rows.
    by: &'static str,
    /// Whether it is too long to stand open.
    long: bool,
    /// Name, value of the parameter, counts.
    rows: Vec<(String, String, FilingsView)>,
}

#[derive(Template)]
#[template(path = "pages/month.html")]
struct MonthPage {
    shell: Shell,
    status: ReportingMonthStatus,
    groups: Vec<Group>,
    asked: FilingsQuery,
    filings: PageView<Filing>,
    grants: Vec<LateGrantView>,
    units: Vec<(UnitId, String)>,
    usual_until: NaiveDate,
    names: Names,
    trouble: Trouble,
}

impl MonthPage {
    /// What the list is narrowed to, in words.
    fn narrowed(&self) -> Vec<String> {
        let language = self.shell.language;
        let asked = &self.asked;
        let unit = asked.unit.and_then(|unit| {
            let row = self.status.by_unit.iter().find(|row| row.unit_id == Some(unit))?;
            Some(row.of.clone())
        });
        let late = asked.late.map(|late| {
            if late { self.shell.t("逾期", "late") } else { self.shell.t("及时", "in time") }
        });
        let statuses = asked.status.iter().map(|s| s.say(language));
        statuses
            .chain(late.map(str::to_owned))
            .chain(asked.area.as_ref().map(|code| self.names.area(code)))
            .chain(asked.industry.as_ref().map(|code| self.names.industry(code)))
            .chain(unit)
            .collect()
    }

    fn is_open(&self) -> bool {
        self.status.month.state == MonthState::Open
    }
}

async fn show(
    visit: Visit<ReadProjects>,
    path: Path<MonthPath>,
) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, path.0, Trouble::default()).await?))
}

async fn page(
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    trouble: Trouble,
) -> Result<MonthPage, Problem> {
    let (language, app) = (visit.language, || visit.app.clone());
    let reads = || visit.permit::<ReadProjects>();
    let asked = visit.asked::<FilingsQuery>()?;
    let status = get_reporting_month(app(), reads()?, Path(at)).await?.0;
    let filings = filings(visit, at, &asked).await?;
    let grants = list_late_grants(app(), reads()?, Path(at)).await?.0.items;
    let names = visit.app.db.read(move |conn| Names::load(conn, language)).await?;
    let shell = Shell::around(visit, Place::REVIEW).await?;
    let groups = groups(&shell, &status, &names);
    let owes = |row: &&FilingsRow| row.filings.missing + row.filings.returned > 0;
    let unit = |row: &FilingsRow| Some((row.unit_id?, row.of.clone()));
    let units = status.by_unit.iter().filter(owes).filter_map(unit).collect();
    let usual_until = visit.now.instant.day_in_shanghai() + Days::new(3);
    Ok(MonthPage {
        shell,
        status,
        groups,
        asked,
        filings,
        grants,
        units,
        usual_until,
        names,
        trouble,
    })
}

async fn filings(
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    asked: &FilingsQuery,
) -> Result<PageView<Filing>, Problem> {
    let list = |one: &Option<String>| one.iter().cloned().collect();
    let filter = FilterQuery {
        area: list(&asked.area),
        industry: list(&asked.industry),
        unit: asked.unit.into_iter().collect(),
        role: asked.unit.map(|_| crate::domain::unit::UnitRole::Owner),
        ..FilterQuery::default()
    };
    let (status, late) = (asked.status.clone(), asked.late);
    let asked = FilingQuery { status, late, limit: 50, cursor: asked.cursor.clone() };
    let query = Query(Both(filter, asked));
    Ok(list_filings(visit.app.clone(), visit.permit()?, Path(at), query).await?.0)
}

fn groups(shell: &Shell, status: &ReportingMonthStatus, names: &Names) -> Vec<Group> {
    let rows = |rows: &[FilingsRow], name: &dyn Fn(&str) -> String| {
        let row = |row: &FilingsRow| {
            let value = row.unit_id.map_or_else(|| row.of.clone(), |id| id.to_string());
            (name(&row.of), value, row.filings)
        };
        rows.iter().map(row).collect()
    };
    vec![
        Group {
            title: shell.t("按区域", "By area"),
            by: "area",
            long: false,
            rows: rows(&status.by_area, &|code| names.area(code)),
        },
        Group {
            title: shell.t("按产业", "By industry"),
            by: "industry",
            long: false,
            rows: rows(&status.by_industry, &|code| names.industry(code)),
        },
        Group {
            title: shell.t("按项目单位", "By owner"),
            by: "unit",
            long: true,
            rows: rows(&status.by_unit, &|name| name.to_owned()),
        },
    ]
}

/// Shows the month again with the form that could not be taken.
async fn again(
    request: &HttpRequest,
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    (form, fields, problem): (&'static str, Fields, Problem),
) -> Result<HttpResponse, Problem> {
    let complaints = Complaints::of(problem, visit.language)?;
    let view = page(visit, at, Trouble::with(form, complaints.clone(), fields)).await?;
    Ok(Page::with_form(view, &complaints).respond_to(request))
}

fn done(visit: &Visit<ReadProjects>, at: MonthPath, said: &str) -> HttpResponse {
    see_other(&format!("/months/{}?{}&said={said}", at.month, visit.choice.kept()))
}

async fn open(
    request: HttpRequest,
    visit: Visit<ReturnReports>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Form(fields), who) = (form, visit.permit::<KeepMonths>()?);
    let opened = match fields.get("month").and_then(|month| month.parse::<Month>().ok()) {
        None => Err(Complaints::about("month", &which_month(), visit.language)),
        Some(month) => {
            let opened = async {
                let days = judge::<ReportingMonthInput>(fields.body(&["opens_on", "due_on"]))?;
                let at = Path(MonthPath { month });
                put_reporting_month(visit.app.clone(), who, at, Precondition::Absent, Body(days))
                    .await
            };
            match opened.await {
                Ok(_) => Ok(()),
                Err(problem) => Err(Complaints::of(problem, visit.language)?),
            }
        }
    };
    match opened {
        Ok(()) => {
            Ok(see_other(&format!("/review?{}&said=month-opened#months", visit.choice.kept())))
        }
        Err(complaints) => {
            review::again(&request, &visit, Trouble::with("open", complaints, fields)).await
        }
    }
}

fn which_month() -> Words {
    Words::new("请选择月份。", "Choose a month.")
}

async fn move_days(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    path: Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), Form(fields), who) = (path, form, visit.permit::<KeepMonths>()?);
    let moved = async {
        let days = judge::<ReportingMonthInput>(fields.body(&["opens_on", "due_on"]))?;
        let is = Precondition::Version(fields.number("version").unwrap_or_default());
        put_reporting_month(visit.app.clone(), who, Path(at), is, Body(days)).await
    };
    match moved.await {
        Ok(_) => Ok(done(&visit, at, "days-moved")),
        Err(problem) => again(&request, &visit, at, ("days", fields, problem)).await,
    }
}

async fn close(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    path: Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), who) = (path, visit.permit::<KeepMonths>()?);
    let once = Once::unkeyed(&request);
    match close_reporting_month(visit.app.clone(), who, Path(at), once).await {
        Ok(_) => Ok(done(&visit, at, "month-closed")),
        Err(problem) => again(&request, &visit, at, ("closing", form.0, problem)).await,
    }
}

/// The end of a day in China, as an instant; what is no day is left for the API to refuse.
pub fn end_of(day: &str) -> String {
    day.parse::<NaiveDate>()
        .map_or_else(|_| day.to_owned(), |day| format!("{}T00:00:00+08:00", day + Days::new(1)))
}

async fn grant(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    path: Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), Form(fields), who) = (path, form, visit.permit::<KeepMonths>()?);
    let granted = async {
        let mut body = fields.body(&["reason"]);
        if let Some(unit) = fields.get("unit_id") {
            body["unit_id"] = unit.parse::<i64>().map_or_else(|_| json!(unit), |id| json!(id));
        }
        if let Some(day) = fields.get("until") {
            body["until"] = json!(end_of(day));
        }
        let (input, once) = (Body(judge::<LateGrantInput>(body)?), Once::unkeyed(&request));
        create_late_grant(visit.app.clone(), who, Path(at), input, once).await
    };
    match granted.await {
        Ok(_) => Ok(done(&visit, at, "granted")),
        Err(problem) => again(&request, &visit, at, ("grant", fields, problem)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        assert_eq!(end_of("2021-07-31"), "2021-08-01T00:00:00+08:00");
        assert_eq!(end_of("soon"), "soon");
    }
}
