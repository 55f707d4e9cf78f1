//! Reporting months (报告期): list, open, reschedule and close, and the checks for filing and review.

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::reporting_months::filings;
use crate::api::reporting_months::filings::{FilingsRow, FilingsView};
use crate::domain::month::{Month, Year};
use crate::domain::report::ReportState;
use crate::domain::reporting_month::{ReportingMonth, check_days};
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Created, Json, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::{Conn, reporting_months, reports};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Now;
use crate::usecases::caller::Caller;
use crate::usecases::permission::{KeepMonths, ReadProjects};
use crate::usecases::precondition::Precondition;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "reporting_months";
        list_reporting_months, get_reporting_month, put_reporting_month, close_reporting_month,
    ]
}

/// Path of a reporting month.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MonthPath {
    /// The month.
    #[param(example = "2021-06")]
    pub month: Month,
}

/// A reporting month with what became of the reports owed in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportingMonthStatus {
    /// Dates and state of the month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Counts over all projects the caller may see.
    pub filings: FilingsView,
    /// Counts by area, in the order of the areas.
    pub by_area: Vec<FilingsRow>,
    /// Counts by industry line, in the order of the industry tree.
    pub by_industry: Vec<FilingsRow>,
    /// Counts by owning unit. A project with several owners is in the row of each, one without
    /// owner in none.
    pub by_unit: Vec<FilingsRow>,
}

/// Year filter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct YearQuery {
    /// Only months of this year.
    #[param(nullable = false)]
    pub year: Option<Year>,
}

/// List reporting months
///
/// All months that were ever opened, earliest first, with their dates and state.
#[utoipa::path(get, path = "/reporting-months")]
pub async fn list_reporting_months(
    app: Data<App>,
    _who: Permit<ReadProjects>,
    query: Query<YearQuery>,
) -> Result<Sheet<PageView<ReportingMonthView>>, Problem> {
    let year = query.0.year;
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> { Ok(reporting_months::list(conn, year)?) })
        .await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(ReportingMonthView::from).collect())))
}

/// Show a reporting month
///
/// Dates and state of the month, and how many of the reports owed are confirmed, submitted,
/// returned, missing and late: in total, by area, by industry line and by owning unit. Counts cover
/// the projects the caller may see. `GET /reporting-months/{month}/filings` lists the projects.
///
/// A project owes a report of a month if all of these hold:
///
/// - its construction started in the month or before it (`actual_start`);
/// - it was registered for that year or an earlier one (`registered_year`);
/// - it did not end before the month (`ended_on`: completed or terminated);
/// - its year plan, if it has one for that year, took effect in the month or before it. A project
///   added in mid-year therefore owes nothing for the months before its plan takes effect.
///
/// 404 if the month was never opened.
#[utoipa::path(get, path = "/reporting-months/{month}")]
pub async fn get_reporting_month(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<MonthPath>,
) -> Result<Json<ReportingMonthStatus>, Problem> {
    let (Path(at), sight, today) = (path, who.sees(), app.now().today);
    let status = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let month = reporting_months::get(conn, at.month)?;
            let owed = filings::owed(conn, &month, sight, today)?;
            Ok(ReportingMonthStatus {
                filings: owed.all(),
                by_area: owed.by_area(),
                by_industry: owed.by_industry(),
                by_unit: owed.by_unit(),
                month: month.into(),
            })
        })
        .await?;
    Ok(Json(status))
}

/// Opening date and due date of a reporting month.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ReportingMonthInput {
    /// First day on which reports can be filed; not before the first day of the month.
    pub opens_on: NaiveDate,
    /// Last day on which reports are on time; not before `opens_on`.
    pub due_on: NaiveDate,
}

impl ReportingMonthInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"opens_on": "2021-07-01", "due_on": "2021-07-05"})
    }
}

/// Open or reschedule a reporting month
///
/// With `If-None-Match: *` opens the month for reports; with `If-Match` changes the dates of an
/// open month. Commission only.
#[utoipa::path(
    put, path = "/reporting-months/{month}",
    responses((status = 409, description = "The month is closed.")),
)]
pub async fn put_reporting_month(
    app: Data<App>,
    who: Permit<KeepMonths>,
    path: Path<MonthPath>,
    is: Precondition,
    body: Body<ReportingMonthInput>,
) -> Result<Put<ReportingMonthView>, Problem> {
    let (Path(MonthPath { month }), caller, now, input) = (path, who.caller, app.now(), body.0);
    check_days(month, input.opens_on, input.due_on).map_err(Problem::invalid)?;
    let view = app
        .db
        .write(move |conn| -> Result<_, Problem> {
            let old = reporting_months::find(conn, month)?;
            let before = old.clone().map(ReportingMonthView::from);
            match is.admits(old, |old, version| ReportingMonth { version, ..old })? {
                None => reporting_months::insert(
                    conn,
                    &ReportingMonth::opening(month, input.opens_on, input.due_on),
                )?,
                Some(old) => {
                    let moved = old.reschedule(input.opens_on, input.due_on)?;
                    reporting_months::save(conn, &moved)?;
                }
            }
            let kind = match before {
                Some(_) => "reporting_month.rescheduled",
                None => "reporting_month.opened",
            };
            recorded(conn, &caller, now, month, kind, before.as_ref())
        })
        .await?;
    Ok(match is {
        Precondition::Absent => {
            Put::Created(Created { view, location: format!("/reporting-months/{month}") })
        }
        Precondition::Version(_) => Put::Changed(Tagged(view)),
    })
}

/// Records an event of the month and returns the month as saved.
fn recorded(
    conn: &mut Conn,
    caller: &Caller,
    now: Now,
    month: Month,
    kind: &'static str,
    before: Option<&ReportingMonthView>,
) -> Result<ReportingMonthView, Problem> {
    let view = ReportingMonthView::from(reporting_months::get(conn, month)?);
    let event = Event::of(kind, "reporting_month", view.id.0, changes(before, &view));
    events::record(conn, &caller.author, now.instant, &event)?;
    Ok(view)
}

/// Close a reporting month
///
/// Locks the month after its due date: its reports can no longer be written, submitted, returned or
/// confirmed. Reports that were not submitted stay missing; figures then change only by a
/// restatement. Commission only.
#[utoipa::path(
    post, path = "/reporting-months/{month}/closing",
    responses((status = 409, description = "The month is closed, its due date has not passed, or it has submitted reports that await review.")),
)]
pub async fn close_reporting_month(
    app: Data<App>,
    who: Permit<KeepMonths>,
    path: Path<MonthPath>,
    once: Once,
) -> Result<Tagged<ReportingMonthView>, Problem> {
    let (Path(MonthPath { month }), caller, now) = (path, who.caller, app.now());
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            reporting_months::lock(conn)?;
            let old = reporting_months::get(conn, month)?;
            let before = ReportingMonthView::from(old.clone());
            let unreviewed = reports::count(conn, month, ReportState::Submitted)?;
            let by = Some(caller.user.id);
            let closed = old.close(now.today, unreviewed, now.instant, by)?;
            reporting_months::save(conn, &closed)?;
            recorded(conn, &caller, now, month, "reporting_month.closed", Some(&before))
        })
        .await?;
    Ok(Tagged(view))
}
