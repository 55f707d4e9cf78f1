//! Milestones as they are now.

use crate::domain::id::ProjectId;
use crate::domain::milestone::TEMPLATES;
use crate::store::{milestones, projects};
use crate::usecases::ask::Ask;
use crate::usecases::milestones::MilestoneKey;
use crate::usecases::milestones::view::{MilestoneTemplate, MilestoneView};
use crate::usecases::refusal::Refusal;

/// The standard milestones, in their usual sequence.
pub(crate) fn templates() -> Vec<MilestoneTemplate> {
    TEMPLATES.iter().map(MilestoneTemplate::from).collect()
}

/// All milestones of a project, by position.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn of_project(
    ask: &mut Ask<'_>,
    project: ProjectId,
) -> Result<Vec<MilestoneView>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let view = |milestone| MilestoneView::of(milestone, ask.now.today);
    Ok(milestones::list(ask.conn, project)?.into_iter().map(view).collect())
}

/// One milestone.
///
/// # Errors
/// Not found unless the caller sees the project and it has the milestone.
pub(crate) fn get(ask: &mut Ask<'_>, key: MilestoneKey) -> Result<MilestoneView, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    let milestone = milestones::get(ask.conn, key.project, key.milestone)?;
    Ok(MilestoneView::of(milestone, ask.now.today))
}
