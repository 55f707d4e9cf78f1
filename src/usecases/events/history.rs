//! Histories, newest first.

use crate::domain::id::ProjectId;
use crate::store::events::read::{self, FeedFilter};
use crate::store::{PageRequest, projects};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::events::view::EventView;
use crate::usecases::refusal::Refusal;

/// Which events of the history.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistoryFilter {
    /// Of one of these kinds; empty for all.
    pub kinds: Vec<String>,
    /// Of this project and its parts.
    pub project: Option<ProjectId>,
    /// Of the actor with this name.
    pub actor: Option<String>,
}

/// The history of one project and its parts.
///
/// # Errors
/// Not found unless the caller sees the project; a cursor of another list.
pub(crate) fn of_project(
    ask: &mut Ask<'_>,
    project: ProjectId,
    page: &PageRequest,
) -> Result<PageView<EventView>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let found = read::of_project(ask.conn, project, page)?;
    let origins = ask.caller.user.role.sees_origins();
    Ok(PageView::of(found, |event| EventView::of(event, origins)))
}

/// The history of everything the caller sees.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: HistoryFilter,
    page: &PageRequest,
) -> Result<PageView<EventView>, Refusal> {
    let HistoryFilter { kinds, project, actor } = filter;
    let filter = FeedFilter {
        after: 0,
        until: None,
        kinds,
        project,
        sight: ask.sight(),
        accounts: ask.caller.user.role.sees_accounts(),
    };
    let found = read::latest(ask.conn, &filter, actor.as_deref(), page)?;
    let origins = ask.caller.user.role.sees_origins();
    Ok(PageView::of(found, |event| EventView::of(event, origins)))
}
