//! Restatements across projects.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::store::PageRequest;
use crate::store::reports::restatements_across::{self, NamedRestatement, RestatementFilter};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::view::RestatementView;

/// A restatement with its project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RestatementItem {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The restatement.
    #[serde(flatten)]
    pub restatement: RestatementView,
}

impl From<NamedRestatement> for RestatementItem {
    fn from(named: NamedRestatement) -> Self {
        let NamedRestatement { restatement, project } = named;
        Self { project_id: restatement.project_id, project, restatement: restatement.into() }
    }
}

/// Restatements of every project the caller sees, in the order of entry; `months` empty for all.
///
/// # Errors
/// A code of a place that does not exist; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    records: &RecordQuery,
    months: &[Month],
    page: &PageRequest,
) -> Result<PageView<RestatementItem>, Refusal> {
    let scope = records.known(ask.conn, places)?;
    let filter = RestatementFilter { scope, months: months.to_vec() };
    let found = restatements_across::list(ask.conn, &filter, ask.sight(), page)?;
    Ok(PageView::of(found, RestatementItem::from))
}
