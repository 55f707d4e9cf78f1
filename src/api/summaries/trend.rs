//! Planned and completed investment of a year by month.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::domain::clock::Timestamp;
use crate::domain::figures::Figures;
use crate::domain::figures::summary::{Period, ProjectYear, restated_months};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; get_trend]
}

/// Planned and completed investment of a year, by month and cumulative.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trend {
    /// The calendar year.
    pub year: Year,
    /// Last month for which completed investment is counted.
    pub through: Month,
    /// Version of the year plans that `planned_wan` shows.
    pub basis: Basis,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// Months of the period that were restated after they were closed.
    pub restated_months: Vec<Month>,
    /// All twelve months of the year.
    pub months: Vec<TrendMonth>,
}

/// Planned and completed investment of one month.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrendMonth {
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

/// Show the monthly trend of a year
///
/// Planned and completed investment of each month, by month and cumulative. Covers the projects
/// that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/trend")]
async fn get_trend(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, PeriodQuery>>,
) -> Result<Sheet<Trend>, Problem> {
    let Query(Both(filter, asked)) = query;
    let (sight, now) = (who.sees(), app.now());
    let trend = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            follow(conn, &asking, &known)
        })
        .await?;
    Ok(Sheet(trend))
}

/// Trend of the projects that match `filter`.
pub fn follow(conn: &mut Conn, asking: &Asking, filter: &ProjectFilter) -> Result<Trend, Problem> {
    let (asked, period, stated) = (asking.query, asking.period, asking.stated);
    let years = asking.years(conn, filter)?;
    Ok(Trend {
        year: asked.year,
        through: period.through,
        basis: asked.basis,
        include: asked.include,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        restated_months: restated_months(&years, period),
        months: months(&years, asked.year, period),
    })
}

fn months(projects: &[ProjectYear], year: Year, period: Period) -> Vec<TrendMonth> {
    let (mut planned, mut completed) = (Fen::ZERO, Fen::ZERO);
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
