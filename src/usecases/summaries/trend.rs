//! Planned and completed investment of a year by month.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::Figures;
use crate::domain::figures::period::Period;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::About;
use crate::usecases::figures::query::{Include, PeriodQuery};
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// Planned and completed investment of a year, by month and cumulative.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trend {
    /// Period, scope and snapshot. `through` is the last month whose completed investment counts.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// Version of the year plans that `planned_wan` shows.
    pub basis: Basis,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// All twelve months of the year.
    pub months: Vec<TrendMonth>,
}

/// Planned and completed investment of one month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendMonth {
    /// The month.
    pub month: Month,
    /// Planned for the month, in 万元.
    pub planned_wan: Fen,
    /// Completed in the month, in 万元; zero after `through`.
    pub completed_wan: Fen,
    /// Planned from January to this month, in 万元.
    pub planned_cumulative_wan: Fen,
    /// Completed from January to this month, in 万元.
    pub completed_cumulative_wan: Fen,
}

/// Trend of the projects that match `filter` and are visible to the caller.
///
/// # Errors
/// 400 for an unknown code, a month of another year, or a month that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
) -> Result<Trend, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    trend(ask.conn, &request, &filter)
}

/// Trend of the projects that match `filter`.
///
/// # Errors
/// Database errors only.
pub(crate) fn trend(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
) -> Result<Trend, Refusal> {
    let years = request.years(conn, filter)?;
    Ok(Trend {
        about: request.about(&years),
        basis: request.query.basis,
        include: request.query.include,
        months: months(&years, request.query.year, request.period),
    })
}

fn months(projects: &[ProjectYear], year: Year, period: Period) -> Vec<TrendMonth> {
    let mut planned = Fen::ZERO;
    let mut completed = Fen::ZERO;
    year.months()
        .map(|month| {
            let sum: Figures = projects.iter().map(|p| p.month_figures(month, period)).sum();
            planned += sum.planned;
            completed += sum.completed;
            TrendMonth {
                month,
                planned_wan: sum.planned,
                completed_wan: sum.completed,
                planned_cumulative_wan: planned,
                completed_cumulative_wan: completed,
            }
        })
        .collect()
}
