//! Figures of one project: its row, light and trend.

use crate::domain::id::ProjectId;
use crate::usecases::ask::Ask;
use crate::usecases::figures::lights::LightsOfProjects;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::lights::project::{ProjectLightView, views};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::summaries::project_row::ProjectRow;
use crate::usecases::summaries::projects::{RowQuery, rows_of};
use crate::usecases::summaries::trend::{Trend, trend};

/// Figures of a project in a year.
pub(crate) struct ProjectFigures {
    /// Its row; `None` when it is not in the register of the year.
    pub row: Option<ProjectRow>,
    /// Its light; `None` when it is not in the register of the year.
    pub light: Option<ProjectLightView>,
    /// Its months.
    pub trend: Trend,
}

/// Figures of one project, from one computation of its light.
///
/// # Errors
/// 400 for a month of another year, or one that was not published.
pub(crate) fn figures(
    ask: &mut Ask<'_>,
    project: ProjectId,
    period: PeriodQuery,
) -> Result<ProjectFigures, Refusal> {
    let request = SummaryRequest::of(ask, period)?;
    let mut filter = FilterQuery::default().known(ask.conn, Some(period.year))?;
    filter.project = Some(project);
    let lights = LightsOfProjects::compute(ask.conn, &request, &filter)?;
    let rows = rows_of(ask.conn, &request, &lights, &RowQuery::all(), ask.language)?;
    let lit: Vec<_> = lights.projects.iter().collect();
    let light = views(ask.conn, &request, &lights, &lit, ask.language)?;
    Ok(ProjectFigures {
        row: rows.items.into_iter().next(),
        light: light.into_iter().next(),
        trend: trend(ask.conn, &request, &filter)?,
    })
}
