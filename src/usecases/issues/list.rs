//! Issues as they are now, and the steps taken on them.

use crate::domain::id::ProjectId;
use crate::store::events::read::{self, RecordedEvent};
use crate::store::issues::recorded::IssueReplay;
use crate::store::issues::selection::IssueSelection;
use crate::store::issues::{self, IssueFilter};
use crate::store::{PageRequest, projects};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::issues::IssueKey;
use crate::usecases::issues::filter::IssueQuery;
use crate::usecases::issues::view::{IssueStepView, IssueView};
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::refusal::Refusal;

/// A page of the issues that match `query`, `places` and `selection`, by id.
///
/// # Errors
/// A code of a place that does not exist; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    query: &IssueQuery,
    selection: &IssueSelection,
    page: &PageRequest,
) -> Result<PageView<IssueView>, Refusal> {
    let today = ask.now.today;
    let filter = query.known(ask.conn, places, today)?;
    let filter = IssueFilter { selection: selection.clone(), ..filter };
    let found = issues::list(ask.conn, &filter, ask.sight(), page)?;
    Ok(PageView::of(found, |named| IssueView::of(&named, today)))
}

/// Every issue of a project, by id.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn of_project(ask: &mut Ask<'_>, project: ProjectId) -> Result<Vec<IssueView>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let filter = IssueFilter { project: Some(project), ..IssueFilter::default() };
    let all = issues::all(ask.conn, &filter, ask.sight())?;
    Ok(all.iter().map(|named| IssueView::of(named, ask.now.today)).collect())
}

/// One issue.
///
/// # Errors
/// Not found unless the caller sees the issue.
pub(crate) fn get(ask: &mut Ask<'_>, key: IssueKey) -> Result<IssueView, Refusal> {
    let named = issues::get(ask.conn, key.project, key.issue, ask.sight())?;
    Ok(IssueView::of(&named, ask.now.today))
}

/// The steps taken on an issue, the earliest first.
///
/// # Errors
/// Not found unless the caller sees the issue.
pub(crate) fn steps(ask: &mut Ask<'_>, key: IssueKey) -> Result<Vec<IssueStepView>, Refusal> {
    issues::get(ask.conn, key.project, key.issue, ask.sight())?;
    let mut replay = IssueReplay::default();
    let step = |event: RecordedEvent| {
        let words = replay.apply(&event);
        let state = replay.state();
        IssueStepView { kind: event.kind, at: event.at, by: event.actor_name, words, state }
    };
    Ok(read::of_subject(ask.conn, "issue", key.issue.0)?.into_iter().map(step).collect())
}
