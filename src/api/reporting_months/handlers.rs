//! Reporting months (报告期): list, open, reschedule and close.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::month::{Month, Year};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::{Json, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::permission::{KeepMonths, ReadProjects};
use crate::usecases::precondition::Precondition;
use crate::usecases::reporting_months::filings::{self, ReportingMonthStatus};
use crate::usecases::reporting_months::list;
use crate::usecases::reporting_months::view::ReportingMonthView;
use crate::usecases::reporting_months::write::{self, ReportingMonthInput};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "reporting_months";
        list_reporting_months, get_reporting_month, put_reporting_month, close_reporting_month,
    ]
}

/// Path of a reporting month.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MonthPath {
    /// The month.
    #[param(example = "2021-06")]
    pub month: Month,
}

/// Year filter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct YearQuery {
    /// Only months of this year.
    #[param(nullable = false)]
    pub year: Option<Year>,
}

/// List reporting months
///
/// All months that were ever opened, earliest first, with their dates and state.
#[utoipa::path(get, path = "/reporting-months")]
async fn list_reporting_months(
    who: Permit<ReadProjects>,
    Query(QueryPair(query, part)): Query<QueryPair<YearQuery, PartOfList>>,
) -> Result<Rows<PageView<ReportingMonthView>>, Problem> {
    let all = who.ask(move |ask| list::of_year(ask, query.year)).await?;
    part.of(all, |month| month.month)
}

/// Show a reporting month
///
/// Dates and state of the month, and how many of the reports that count are confirmed, submitted,
/// returned, missing and late: in total, by area, by industry line and by owning unit. Counts cover
/// the projects the caller may see. `GET /reporting-months/{month}/filings` lists the projects.
///
/// A report counts if the project owes it, or if it is submitted or confirmed without being owed;
/// the report coverage of summaries counts the same reports. A project owes a report of a month if
/// all of these hold:
///
/// - it is in construction or later (`stage`), and construction started in the month or before it
///   (`actual_start`);
/// - it was registered for that year or an earlier one (`registered_year`);
/// - it did not end before the month (`ended_on`: completed or terminated; `actual_finish`);
/// - its year plan, if it has one for that year, took effect in the month or before it. A project
///   added in mid-year therefore owes nothing for the months before its plan takes effect.
///
/// 404 if the month was never opened.
#[utoipa::path(get, path = "/reporting-months/{month}")]
async fn get_reporting_month(
    who: Permit<ReadProjects>,
    Path(at): Path<MonthPath>,
) -> Result<Json<ReportingMonthStatus>, Problem> {
    who.ask(move |ask| filings::status(ask, at.month)).await.map(Json)
}

/// Open or reschedule a reporting month
///
/// With `If-None-Match: *` opens the month for reports; with `If-Match` changes the dates of an
/// open month. Commission only.
#[utoipa::path(
    put, path = "/reporting-months/{month}",
    responses((status = 409, description = "The month is closed.")),
)]
async fn put_reporting_month(
    who: Permit<KeepMonths>,
    Path(MonthPath { month }): Path<MonthPath>,
    precondition: Precondition,
    Body(input): Body<ReportingMonthInput>,
) -> Result<Put<ReportingMonthView>, Problem> {
    let view = who
        .change(move |ask| write::decide_dates(ask, month, precondition, input), write::save)
        .await?;
    Ok(Put::of(precondition, view, format!("/reporting-months/{month}")))
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
async fn close_reporting_month(
    who: Permit<KeepMonths>,
    Path(at): Path<MonthPath>,
    once: Once,
) -> Result<Stored<Tagged<ReportingMonthView>>, Problem> {
    once.change(&who, move |ask| write::decide_closing(ask, at.month), write::save, Tagged).await
}
