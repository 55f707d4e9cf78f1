//! The history of a project.

use crate::domain::id::ProjectId;
use crate::store::events::{self, Recorded};
use crate::store::{Page, PageRequest, projects};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

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
