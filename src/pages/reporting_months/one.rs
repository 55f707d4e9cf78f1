//! One reporting month: filing status by project, and the actions of the commission.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::reporting_months::filings::{
    Filing, FilingQuery, FilingsRow, FilingsView, list_filings,
};
use crate::api::reporting_months::handlers::{
    MonthPath, ReportingMonthInput, ReportingMonthStatus, close_reporting_month,
    get_reporting_month, put_reporting_month,
};
use crate::api::reporting_months::late_grants::{
    LateGrantInput, LateGrantView, create_late_grant, list_late_grants,
};
use crate::domain::account::access::Action;
use crate::domain::id::UnitId;
use crate::domain::reference::unit::UnitRole;
use crate::domain::report::filings::FilingStatus;
use crate::domain::reporting_month::MonthState;
use crate::http::body::{Body, judge};
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::pages::kit::form::{Fields, Form, FormErrors, end_of, with, with_numbers};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::answer::PageView;
use crate::usecases::permission::{KeepMonths, ReadProjects};
use crate::usecases::precondition::Precondition;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
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
pub struct FilingsQuery {
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

/// A table of filing counts by area, industry or unit.
struct FilingGroup {
    title: &'static str,
    /// Parameter that filters by a row.
    by: &'static str,
    /// True if the table has too many rows to be shown expanded.
    long: bool,
    /// Name, parameter value, counts.
    rows: Vec<(String, String, FilingsView)>,
}

#[derive(Template)]
#[template(path = "pages/month.html")]
struct MonthPage {
    shell: Shell,
    status: ReportingMonthStatus,
    groups: Vec<FilingGroup>,
    asked: FilingsQuery,
    filings: PageView<Filing>,
    grants: Vec<LateGrantView>,
    units: Vec<(UnitId, String)>,
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
    path: Path<MonthPath>,
) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, path.0, RejectedForm::default()).await?))
}

async fn page(
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    rejected: RejectedForm,
) -> Result<MonthPage, Problem> {
    let (language, app) = (visit.language, || visit.app.clone());
    let reads = || visit.permit::<ReadProjects>();
    let asked = visit.query_params::<FilingsQuery>()?;
    let status = get_reporting_month(app(), reads()?, Path(at)).await?.0;
    let filings = filings(visit, at, &asked).await?;
    let grants = list_late_grants(app(), reads()?, Path(at)).await?.0.items;
    let names = visit.app.db.read(move |conn| Names::load(conn, language)).await?;
    let shell = Shell::for_visit(visit, NavItem::REVIEW).await?;
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
        rejected,
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
        role: asked.unit.map(|_| UnitRole::Owner),
        ..FilterQuery::default()
    };
    let (status, late) = (asked.status.clone(), asked.late);
    let asked = FilingQuery { status, late, limit: 50, cursor: asked.cursor.clone() };
    let query = Query(Both(filter, asked));
    Ok(list_filings(visit.app.clone(), visit.permit()?, Path(at), query).await?.0)
}

fn groups(shell: &Shell, status: &ReportingMonthStatus, names: &Names) -> Vec<FilingGroup> {
    let rows = |rows: &[FilingsRow], name: &dyn Fn(&str) -> String| {
        let row = |row: &FilingsRow| {
            let value = row.unit_id.map_or_else(|| row.of.clone(), |id| id.to_string());
            (name(&row.of), value, row.filings)
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

/// Shows the month with the rejected form.
async fn redisplay(
    request: &HttpRequest,
    visit: &Visit<ReadProjects>,
    at: MonthPath,
    (form, fields, problem): (&'static str, Fields, Problem),
) -> Result<HttpResponse, Problem> {
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let view = page(visit, at, RejectedForm::new(form, errors.clone(), fields)).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

fn done(visit: &Visit<ReadProjects>, at: MonthPath, said: &str) -> HttpResponse {
    see_other(&format!("/months/{}?{}&said={said}", at.month, visit.choice.to_query()))
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
        Err(problem) => redisplay(&request, &visit, at, ("days", fields, problem)).await,
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
        Err(problem) => redisplay(&request, &visit, at, ("closing", form.0, problem)).await,
    }
}

async fn grant(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    path: Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), Form(fields), who) = (path, form, visit.permit::<KeepMonths>()?);
    let granted = async {
        let body = with_numbers(fields.body(&["reason", "unit_id"]), &["unit_id"]);
        let body = match fields.get("until") {
            Some(day) => with(body, "until", end_of(day)),
            None => body,
        };
        let (input, once) = (Body(judge::<LateGrantInput>(body)?), Once::unkeyed(&request));
        create_late_grant(visit.app.clone(), who, Path(at), input, once).await
    };
    match granted.await {
        Ok(_) => Ok(done(&visit, at, "granted")),
        Err(problem) => redisplay(&request, &visit, at, ("grant", fields, problem)).await,
    }
}
