//! Raising and rewriting an issue, and what is saved and recorded of every change.

use crate::domain::account::access::Sight;
use crate::domain::id::{IssueId, ProjectId};
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::issue::{Issue, IssueState, IssueStep};
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::issues::recorded::{COMMENT, RecordedIssue};
use crate::store::issues::{self, NamedIssue};
use crate::store::{Conn, projects};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::issues::IssueKey;
use crate::usecases::issues::input::IssueInput;
use crate::usecases::issues::party::{may_rewrite, party};
use crate::usecases::issues::view::IssueView;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// An issue that was decided on and is to be saved.
pub(crate) struct IssueChange {
    /// The kind of its event.
    pub(super) kind: &'static str,
    /// The issue before; `None` when it is raised.
    pub(super) before: Option<NamedIssue>,
    /// The issue to save.
    pub(super) issue: Issue,
    /// Comment of the step; empty when it takes none.
    pub(super) comment: String,
    /// Author and time.
    pub(super) stamp: Stamp,
}

/// Raises an issue on a project.
///
/// # Errors
/// Not found unless the caller sees the project; invalid, with every wrong field.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    project: ProjectId,
    input: &IssueInput,
) -> Result<IssueChange, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let today = ask.now.today;
    let texts = input.texts(today)?;
    let user = &ask.caller.user;
    let issue = Issue {
        id: IssueId(0),
        project_id: project,
        title: texts.title,
        category: input.category,
        level: input.level,
        asked: texts.asked,
        due_on: input.due_on,
        state: IssueState::Raised,
        units: Vec::new(),
        raised_on: today,
        raised_by: user.username.clone(),
        raised_by_unit: user.unit_id,
        cleared_on: None,
        version: 1,
    };
    let kind = "issue.raised";
    let comment = String::new();
    Ok(IssueChange { kind, before: None, issue, comment, stamp: ask.stamp() })
}

/// Replaces the content of an issue, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field; a conflict unless the issue is raised or returned;
/// forbidden unless the caller raised it, owns the project or is the commission.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    key: IssueKey,
    version: impl Into<Expected>,
    input: &IssueInput,
) -> Result<IssueChange, Refusal> {
    let old = issues::get(ask.conn, key.project, key.issue, ask.sight())?;
    let texts = input.texts(ask.now.today)?;
    let state = old.issue.state;
    let step = IssueStep::Raise;
    if !matches!(state, IssueState::Raised | IssueState::Returned) {
        return Err(IssueRefusal::WrongState { state, step }.into());
    }
    let party = party(ask.conn, ask.caller, &old.issue)?;
    if !may_rewrite(&old.issue, party) {
        return Err(IssueRefusal::NotYours { step, state }.into());
    }
    let issue = Issue {
        title: texts.title,
        asked: texts.asked,
        category: input.category,
        level: input.level,
        due_on: input.due_on,
        version: version.into().of(old.issue.version),
        ..old.issue.clone()
    };
    let kind = "issue.rewritten";
    let comment = String::new();
    Ok(IssueChange { kind, before: Some(old), issue, comment, stamp: ask.stamp() })
}

/// Saves an issue and records the event, with the comment of its step.
///
/// # Errors
/// Stale when somebody else changed the issue.
pub(crate) fn save(conn: &mut Conn, change: IssueChange) -> Result<IssueView, Refusal> {
    let IssueChange { kind, before, issue, comment, stamp } = change;
    let id = if before.is_some() {
        issues::save(conn, &issue)?;
        issue.id
    } else {
        issues::insert(conn, &issue)?
    };
    // A step can end what the caller sees of the issue.
    let after = issues::get(conn, issue.project_id, id, Sight::All)?;
    let recorded = before.as_ref().map(RecordedIssue::from);
    let mut changed = changes(recorded.as_ref(), &RecordedIssue::from(&after));
    if !comment.is_empty() {
        changed.push(FieldChange::said(COMMENT, &comment));
    }
    let event = Event::of_project(kind, "issue", id.0, issue.project_id, changed);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(IssueView::of(&after, stamp.now.today))
}
