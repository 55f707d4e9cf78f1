//! Steps of an issue's life cycle, each with a comment.

use crate::domain::issue::{Issue, IssueStep};
use crate::store::issues;
use crate::usecases::ask::Ask;
use crate::usecases::issues::IssueKey;
use crate::usecases::issues::input::{AssignmentInput, StepInput, comment};
use crate::usecases::issues::party::{may_rewrite, party};
use crate::usecases::issues::write::IssueChange;
use crate::usecases::refusal::Refusal;

/// Takes a step that changes nothing but state and level.
///
/// # Errors
/// Invalid without a comment; not found; a conflict when the state forbids the step; forbidden
/// when it is another party's.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    key: IssueKey,
    step: IssueStep,
    input: &StepInput,
) -> Result<IssueChange, Refusal> {
    take(ask, key, StepTaken { step, words: &input.words }, |_, issue| Ok(issue))
}

/// Assigns an issue to its units.
///
/// # Errors
/// As for [`decide`]; invalid when a unit does not exist or the due date is in the past.
pub(crate) fn decide_assignment(
    ask: &mut Ask<'_>,
    key: IssueKey,
    input: &AssignmentInput,
) -> Result<IssueChange, Refusal> {
    let taken = StepTaken { step: IssueStep::Assign, words: &input.words };
    take(ask, key, taken, |ask, issue| input.applied_to(ask.conn, issue, ask.now.today))
}

/// A step with its comment.
struct StepTaken<'a> {
    step: IssueStep,
    words: &'a str,
}

fn take(
    ask: &mut Ask<'_>,
    key: IssueKey,
    StepTaken { step, words }: StepTaken<'_>,
    change: impl FnOnce(&mut Ask<'_>, Issue) -> Result<Issue, Refusal>,
) -> Result<IssueChange, Refusal> {
    let comment = comment(words)?.into_string();
    let old = issues::get(ask.conn, key.project, key.issue, ask.sight())?;
    let party = party(ask.conn, ask.caller, &old.issue)?;
    let issue = old.issue.clone().take(step, party, ask.now.today)?;
    let issue = change(ask, issue)?;
    let kind = step.event();
    Ok(IssueChange { kind, before: Some(old), issue, comment, stamp: ask.stamp() })
}

/// What the caller may do with an issue in its current state.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenSteps {
    /// Steps the caller may take.
    pub steps: Vec<IssueStep>,
    /// True if the caller may replace the content of the issue.
    pub may_rewrite: bool,
}

/// Steps the caller may take in the issue's current state: those that [`decide`] and
/// [`decide_assignment`] would accept.
///
/// # Errors
/// Not found unless the caller sees the issue.
pub(crate) fn open(ask: &mut Ask<'_>, key: IssueKey) -> Result<OpenSteps, Refusal> {
    let issue = issues::get(ask.conn, key.project, key.issue, ask.sight())?.issue;
    let party = party(ask.conn, ask.caller, &issue)?;
    let today = ask.now.today;
    let may = |step: &IssueStep| issue.clone().take(*step, party, today).is_ok();
    let steps = issue.state.next().into_iter().filter(may).collect();
    Ok(OpenSteps { steps, may_rewrite: may_rewrite(&issue, party) })
}
