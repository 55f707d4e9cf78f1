//! Summaries of projects: investment, promise table, trend, starts, rankings and the projects behind them.

use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::figures::dimensions::PlaceQuery;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::summaries::commitments::{self, Commitments};
use crate::usecases::summaries::investment::{self, ByQuery, Investment};
use crate::usecases::summaries::milestones::{self, MilestoneSummary};
use crate::usecases::summaries::projects::{self, ProjectRows, RowQuery};
use crate::usecases::summaries::rankings::{self, Rankings};
use crate::usecases::summaries::trend::{self, Trend};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "summaries";
        get_commitments, get_investment, get_trend, get_milestone_summary, get_rankings,
        list_project_figures,
    ]
}

/// Show the promise table
///
/// Per industry line of the annual plan document: projects and investment it planned, projects
/// registered, investment in year plans, investment completed, and the rates of completion; with
/// subtotals by group and parent industry, and a grand total. Covers the projects visible to the
/// caller; no project filters.
#[utoipa::path(get, path = "/summaries/commitments")]
async fn get_commitments(
    who: Permit<ReadSummaries>,
    Query(period): Query<PeriodQuery>,
) -> Result<Sheet<Commitments>, Problem> {
    who.ask(move |ask| commitments::get(ask, period)).await.map(Sheet)
}

/// Show investment by dimension
///
/// Planned and completed investment, grouped by one or two of industry, group, area, unit, stage,
/// nature and month. Covers the projects that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/investment")]
async fn get_investment(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, ByQuery { by }))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, ByQuery>>,
    >,
) -> Result<Sheet<Investment>, Problem> {
    who.ask(move |ask| investment::get(ask, &filter, period, by)).await.map(Sheet)
}

/// Show the monthly trend of a year
///
/// Planned and completed investment of each month, by month and cumulative. Covers the projects
/// that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/trend")]
async fn get_trend(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, period)): Query<QueryPair<FilterQuery, PeriodQuery>>,
) -> Result<Sheet<Trend>, Problem> {
    who.ask(move |ask| trend::get(ask, &filter, period)).await.map(Sheet)
}

/// Show starts and milestones
///
/// Rates of construction starts, against the projects to start this year and against those due; and
/// milestones due in the month, reached, overdue and rescheduled. Grouped by industry, group, area
/// or unit. Covers the projects that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/milestones")]
async fn get_milestone_summary(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, PlaceQuery { by }))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, PlaceQuery>>,
    >,
) -> Result<Sheet<MilestoneSummary>, Problem> {
    who.ask(move |ask| milestones::get(ask, &filter, period, by)).await.map(Sheet)
}

/// Rank areas, industries, groups or units
///
/// Ranks areas, industries, groups or units by completion rate, then by deviation, with the figures
/// behind the rank and the rank of the previous month. Covers the projects that match the filters
/// and are visible to the caller.
#[utoipa::path(get, path = "/summaries/rankings")]
async fn get_rankings(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, PlaceQuery { by }))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, PlaceQuery>>,
    >,
) -> Result<Sheet<Rankings>, Problem> {
    who.ask(move |ask| rankings::get(ask, &filter, period, by)).await.map(Sheet)
}

/// List projects with their figures
///
/// The projects counted in `/summaries/investment`, `/commitments`, `/lights`, `/milestones` and
/// `/trend`, each with planned and completed investment, reports, start and light. `sum` contains
/// the sums over all projects that match the filters, and equals the numbers of those summaries.
#[utoipa::path(get, path = "/summaries/projects")]
async fn list_project_figures(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, rows))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, RowQuery>>,
    >,
) -> Result<Rows<ProjectRows>, Problem> {
    let page = PageRequest::new(rows.limit, rows.cursor.clone());
    who.rows_at_once(page, move |ask, _| projects::list(ask, &filter, period, &rows)).await
}
