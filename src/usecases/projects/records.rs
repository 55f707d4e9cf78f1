//! Records of a project as they are now, for a page that shows several of them in one snapshot.

use crate::domain::id::ProjectId;
use crate::domain::light::overrides::LightOverride;
use crate::domain::month::Year;
use crate::domain::plan::year_plan::YearPlan;
use crate::store::events::{self, Recorded};
use crate::store::issues::{self, IssueFilter, NamedIssue};
use crate::store::plans::year_plans;
use crate::store::{Page, PageRequest, lights, projects};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// Every issue of a project, by id.
///
/// # Errors
/// Not found unless the caller sees the project.
pub fn issues(ask: &mut Ask<'_>, project: ProjectId) -> Result<Vec<NamedIssue>, Refusal> {
    let sight = ask.sight();
    projects::get(ask.conn, project, sight)?;
    let filter = IssueFilter { project: Some(project), ..IssueFilter::default() };
    Ok(issues::all(ask.conn, &filter, sight)?)
}

/// Every override of a project's light, oldest first.
///
/// # Errors
/// Not found unless the caller sees the project.
pub fn light_overrides(
    ask: &mut Ask<'_>,
    project: ProjectId,
) -> Result<Vec<LightOverride>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    Ok(lights::overrides(ask.conn, project)?)
}

/// The year plan of a project, if it has one for `year`.
///
/// # Errors
/// Not found unless the caller sees the project.
pub fn year_plan(
    ask: &mut Ask<'_>,
    project: ProjectId,
    year: Year,
) -> Result<Option<YearPlan>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    Ok(year_plans::find(ask.conn, project, year)?)
}

/// The events of a project and of its records, newest first.
///
/// # Errors
/// Not found unless the caller sees the project.
pub fn history(
    ask: &mut Ask<'_>,
    project: ProjectId,
    page: &PageRequest,
) -> Result<Page<Recorded>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    Ok(events::of_project(ask.conn, project, page)?)
}
