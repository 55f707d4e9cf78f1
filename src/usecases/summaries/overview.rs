//! The summaries of the overview page, from one snapshot.

use crate::domain::light::sums::LightCounts;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::dimensions::PlaceDimension;
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::lights::view::LightCountsView;
use crate::usecases::refusal::Refusal;
use crate::usecases::summaries::commitments::{Commitments, promise_table};
use crate::usecases::summaries::milestones::{MilestoneRow, milestone_summary};
use crate::usecases::summaries::rankings::{Rankings, rankings};
use crate::usecases::summaries::trend::{Trend, trend};

/// Summaries of all projects the caller sees.
pub(crate) struct Overview {
    /// The promise table.
    pub table: Commitments,
    /// Planned and completed investment by month.
    pub trend: Trend,
    /// Number of projects per light.
    pub lights: LightCountsView,
    /// Start rates of all projects.
    pub starts: MilestoneRow,
    /// Rankings of areas, industries and units.
    pub rankings: Vec<Rankings>,
}

/// Dimensions ranked on the overview.
const RANKED: [PlaceDimension; 3] =
    [PlaceDimension::Area, PlaceDimension::Industry, PlaceDimension::Unit];

/// The summaries of the period.
///
/// # Errors
/// 400 for a month of another year, or a month that was not published.
pub(crate) fn get(ask: &mut Ask<'_>, period: PeriodQuery) -> Result<Overview, Refusal> {
    let all = ProjectFilter::default();
    let request = SummaryRequest::of(ask, period)?;
    let before = request.month_before(ask.conn)?;
    let lights = LightsOfProjects::compute(ask.conn, &request, &all)?;
    let counts = lights.projects.iter().map(LitProject::counts);
    Ok(Overview {
        lights: counts.fold(LightCounts::default(), std::ops::Add::add).into(),
        rankings: rankings(ask.conn, &request, before.as_ref(), &all, &RANKED)?,
        table: promise_table(ask.conn, &request)?,
        trend: trend(ask.conn, &request, &all)?,
        starts: milestone_summary(ask.conn, &request, &all, PlaceDimension::Area)?.total,
    })
}
