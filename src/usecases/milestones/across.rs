//! Milestones across projects.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::store::PageRequest;
use crate::store::milestones::across::{self, MilestoneFilter};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::refusal::Refusal;

/// A milestone with its project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MilestoneItem {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The milestone.
    #[serde(flatten)]
    pub milestone: MilestoneView,
}

/// Milestones of every project the caller sees, by id.
///
/// # Errors
/// A code of a place that does not exist; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    records: &RecordQuery,
    filter: MilestoneFilter,
    page: &PageRequest,
) -> Result<PageView<MilestoneItem>, Refusal> {
    let scope = records.known(ask.conn, places)?;
    let filter = MilestoneFilter { scope, ..filter };
    let found = across::list(ask.conn, &filter, ask.sight(), page)?;
    let today = ask.now.today;
    Ok(PageView::of(found, |named| MilestoneItem {
        project_id: named.milestone.project_id,
        project: named.project,
        milestone: MilestoneView::of(named.milestone, today),
    }))
}
