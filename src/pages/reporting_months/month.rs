//! One reporting month: filing status by project, and the actions of the commission.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::account::access::Action;
use crate::domain::id::UnitId;
use crate::domain::reference::unit::UnitRole;
use crate::domain::report::filings::FilingStatus;
use crate::domain::reporting_month::MonthState;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Fields, Form, FormErrors, end_of, with, with_numbers};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{KeepMonths, ReadProjects};
use crate::usecases::precondition::Precondition;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reporting_months::filings::{
    self, FilingFilter, FilingView, FilingsRow, FilingsView, ReportingMonthStatus,
};
use crate::usecases::reporting_months::late_grants::{self, LateGrantInput, LateGrantView};
use crate::usecases::reporting_months::write::{self, ReportingMonthInput};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/months/{month}").route(web::get().to(show)))
        .service(
            web::resource("/months/{month}/days")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(move_days)),
        )
        .service(
            web::resource("/months/{month}/closing")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(close)),
        )
        .service(
            web::resource("/months/{month}/grants")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(grant)),
        );
}

/// Filters of the filing list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilingsQuery {
    /// Statuses.
    #[serde(default)]
    pub status: Vec<FilingStatus>,
    /// True: late filings only; false: timely only.
    #[param(nullable = false)]
    pub late: Option<bool>,
    /// Area code.
    #[param(nullable = false)]
    pub area: Option<String>,
    /// Industry code.
    #[param(nullable = false)]
    pub industry: Option<String>,
    /// Id of the owner unit.
    #[param(nullable = false)]
    pub unit: Option<UnitId>,
    /// Pagination cursor.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

impl FilingsQuery {
    /// The filings of the list.
    fn filter(&self) -> FilingFilter {
        let list = |one: &Option<String>| one.iter().cloned().collect();
        let projects = FilterQuery {
            area: list(&self.area),
            industry: list(&self.industry),
            unit: self.unit.into_iter().collect(),
            role: self.unit.map(|_| UnitRole::Owner),
            ..FilterQuery::default()
        };
        FilingFilter { projects, status: self.status.clone(), late: self.late }
    }
}

/// Filings on one page of the list.
const LIST_LENGTH: i64 = 50;

/// A table of filing counts by area, industry or unit.
struct FilingGroup {
    title: &'static str,
    /// Parameter that filters by a row.
    by: &'static str,
    /// True if the table has too many rows to be shown expanded.
    long: bool,
    rows: Vec<GroupRow>,
}

/// Filing counts of one area, industry or unit.
struct GroupRow {
    name: String,
    /// Value of the parameter that filters by the row.
    value: String,
    filings: FilingsView,
}

/// A unit with missing reports, to which late filing can be granted.
struct OwingUnit {
    id: UnitId,
    name: String,
}

#[derive(Template)]
#[template(path = "pages/month.html")]
struct MonthPage {
    shell: Shell,
    status: ReportingMonthStatus,
    groups: Vec<FilingGroup>,
    asked: FilingsQuery,
    filings: PageView<FilingView>,
    grants: Vec<LateGrantView>,
    units: Vec<OwingUnit>,
    usual_until: NaiveDate,
    names: Names,
    rejected: RejectedForm,
}

impl MonthPage {
    /// Active filters, as text.
    fn active_filters(&self) -> Vec<String> {
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
    Path(at): Path<MonthPath>,
) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, at, RejectedForm::default()).await?))
}

async fn page(
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    rejected: RejectedForm,
) -> Result<MonthPage, Problem> {
    let asked = visit.query_params::<FilingsQuery>()?;
    let filter = asked.filter();
    let page = PageRequest::new(LIST_LENGTH, asked.cursor.clone());
    let read = move |ask: &mut Ask<'_>| {
        Ok(MonthData {
            status: filings::status(ask, at.month)?,
            filings: filings::list(ask, at.month, &filter, &page)?,
            grants: late_grants::list(ask, at.month)?,
            names: Names::read(ask)?,
        })
    };
    let MonthData { status, filings, grants, names } = visit.ask(read).await?;
    let shell = Shell::for_visit(visit, NavItem::REVIEW)?;
    let groups = groups(&shell, &status, &names);
    let owes = |row: &&FilingsRow| row.filings.missing + row.filings.returned > 0;
    let unit = |row: &FilingsRow| Some(OwingUnit { id: row.unit_id?, name: row.of.clone() });
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
        rejected,
    })
}

/// What the page reads in one snapshot.
struct MonthData {
    status: ReportingMonthStatus,
    filings: PageView<FilingView>,
    grants: Vec<LateGrantView>,
    names: Names,
}

fn groups(shell: &Shell, status: &ReportingMonthStatus, names: &Names) -> Vec<FilingGroup> {
    let rows = |rows: &[FilingsRow], name: &dyn Fn(&str) -> String| {
        let row = |row: &FilingsRow| {
            let value = row.unit_id.map_or_else(|| row.of.clone(), |id| id.to_string());
            GroupRow { name: name(&row.of), value, filings: row.filings }
        };
        rows.iter().map(row).collect()
    };
    vec![
        FilingGroup {
            title: shell.t("按区域", "By area"),
            by: "area",
            long: false,
            rows: rows(&status.by_area, &|code| names.area(code)),
        },
        FilingGroup {
            title: shell.t("按产业", "By industry"),
            by: "industry",
            long: false,
            rows: rows(&status.by_industry, &|code| names.industry(code)),
        },
        FilingGroup {
            title: shell.t("按项目单位", "By owner"),
            by: "unit",
            long: true,
            rows: rows(&status.by_unit, &|name| name.to_owned()),
        },
    ]
}

/// A form that was sent to the month, and why it was rejected.
struct Rejection {
    form: &'static str,
    fields: Fields,
    problem: Problem,
}

/// Redirects to the month after an action, or shows the month with the rejected form.
async fn answer(
    request: &HttpRequest,
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    done: Result<&str, Rejection>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(notice) => {
            let period = visit.choice.to_query();
            Ok(see_other(&format!("/months/{}?{period}&said={notice}", at.month)))
        }
        Err(Rejection { form, fields, problem }) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            let view = page(visit, at, RejectedForm::new(form, errors.clone(), fields)).await?;
            Ok(Page::with_form(view, &errors).respond_to(request))
        }
    }
}

async fn move_days(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    Path(at): Path<MonthPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<KeepMonths>()?;
    let moved = async {
        let input = checked::<ReportingMonthInput>(fields.body(&["opens_on", "due_on"]))?;
        let version = Precondition::Version(fields.number("version").unwrap_or_default().into());
        who.change(move |ask| write::decide_dates(ask, at.month, version, input), write::save).await
    };
    let moved = moved.await;
    let done = match moved {
        Ok(_) => Ok("days-moved"),
        Err(problem) => Err(Rejection { form: "days", fields, problem }),
    };
    answer(&request, &visit, at, done).await
}

async fn close(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    Path(at): Path<MonthPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<KeepMonths>()?;
    let closed = who.change(move |ask| write::decide_closing(ask, at.month), write::save).await;
    let done = match closed {
        Ok(_) => Ok("month-closed"),
        Err(problem) => Err(Rejection { form: "closing", fields, problem }),
    };
    answer(&request, &visit, at, done).await
}

async fn grant(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    Path(at): Path<MonthPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<KeepMonths>()?;
    let granted = async {
        let body = with_numbers(fields.body(&["reason", "unit_id"]), &["unit_id"]);
        let body = match fields.get("until") {
            Some(day) => with(body, "until", end_of(day)),
            None => body,
        };
        let input = checked::<LateGrantInput>(body)?;
        who.change(move |ask| late_grants::decide(ask, at.month, &input), late_grants::save).await
    };
    let granted = granted.await;
    let done = match granted {
        Ok(_) => Ok("granted"),
        Err(problem) => Err(Rejection { form: "grant", fields, problem }),
    };
    answer(&request, &visit, at, done).await
}
