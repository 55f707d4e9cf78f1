//! Reporting months: opened, due, closed; and what may be filed and reviewed in them.

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

/// Which month.
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
    /// The month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Of all projects the caller may know of that owe a report.
    pub filings: FilingsView,
    /// The same by area, in the areas' order.
    pub by_area: Vec<FilingsRow>,
    /// The same by industry line, in the tree's order.
    pub by_industry: Vec<FilingsRow>,
    /// The same by owning unit; projects without one are in none of these rows.
    pub by_unit: Vec<FilingsRow>,
}

/// Of which year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct YearQuery {
    /// Of this year alone.
    #[param(nullable = false)]
    pub year: Option<Year>,
}

/// List reporting months
///
/// Every month that was opened, the earliest first.
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
/// Its days and state, and who has filed, who is late and what is missing: in all, by area, by
/// industry and by owning unit. The projects themselves are listed under `filings`.
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

/// When a month opens and is due.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ReportingMonthInput {
    /// The first day on which reports are taken; not before the month begins.
    pub opens_on: NaiveDate,
    /// The last day on which reports are in time.
    pub due_on: NaiveDate,
}

impl ReportingMonthInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"opens_on": "2021-07-01", "due_on": "2021-07-05"})
    }
}

/// Open a reporting month
///
/// Opens a month with `If-None-Match: *`, or moves its days with `If-Match` until it is closed.
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

/// Records what became of the month, and shows it.
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
/// Locks it after its due date: nothing in it can be filed, returned or confirmed any more. What
/// was not handed over stays missing.
#[utoipa::path(
    post, path = "/reporting-months/{month}/closing",
    responses((status = 409, description = "It is closed, still in time, or has submitted reports that wait for a decision.")),
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
