//! Decisions on proposals: approved by a second person, refused, withdrawn.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::fold::fold;
use crate::domain::id::{ProposalId, UserId};
use crate::domain::proposal::{
    Decision, Party, ProposalKind, ProposalRefusal, ProposalState, SecondPerson,
};
use crate::domain::text::Reason;
use crate::store::accounts::users::{self, User};
use crate::store::events::{self, Event, FieldChange};
use crate::store::proposals::{self, Proposal};
use crate::store::{Conn, PageRequest, StoreError};
use crate::usecases::accounts::grants::{self, Grant};
use crate::usecases::answer::PageView;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::ProposalView;

/// Why a proposal is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ProposalRefusalInput {
    /// Reason, shown to the person who proposed.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl ProposalRefusalInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"reason": "该同志已调离"})
    }
}

/// Proposals in these states, newest first; in all states if empty.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    states: &[ProposalState],
    page: &PageRequest,
) -> Result<PageView<ProposalView>, Refusal> {
    let found = proposals::list(ask.conn, states, page)?;
    let view = |proposal| ProposalView::of(ask.conn, proposal);
    let items = found.items.into_iter().map(view).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(PageView { items, total: found.total, next_cursor: found.next_cursor, next: None })
}

/// One proposal.
///
/// # Errors
/// Not found.
pub(crate) fn get(ask: &mut Ask<'_>, id: ProposalId) -> Result<ProposalView, Refusal> {
    let proposal = proposals::get(ask.conn, id)?;
    Ok(ProposalView::of(ask.conn, proposal)?)
}

/// A decision that is to be saved, with what the approval carries out.
pub(crate) struct Decided {
    proposal: Proposal,
    proposer: User,
    grant: Option<Grant>,
    kind: &'static str,
    stamp: Stamp,
}

/// Approves a proposal, which the caller read at `version`: decides on its request anew.
///
/// # Errors
/// Not found; a conflict when it was decided before or is stale; forbidden for the person who
/// proposed it or gets something by it, and for an account whose password somebody else set.
pub(crate) fn decide_approval(
    ask: &mut Ask<'_>,
    id: ProposalId,
    version: impl Into<Expected>,
    setting: SecondPerson,
) -> Result<Decided, Refusal> {
    let proposal = proposals::get(ask.conn, id)?;
    // What is erased cannot be brought back: always by two.
    let setting = match proposal.kind {
        ProposalKind::PersonalDataErasure => SecondPerson::Strict,
        ProposalKind::UserCreation
        | ProposalKind::UserChange
        | ProposalKind::ClientCreation
        | ProposalKind::ClientChange => setting,
    };
    decision(ask, &proposal)?.approve(setting)?;
    let grant = grants::decide_granted(ask, &proposal)?;
    let version = version.into().of(proposal.version);
    let decided = decided(ask, proposal, ProposalState::Approved, "proposal.approved")?;
    let proposal = Proposal { version, ..decided.proposal };
    Ok(Decided { proposal, grant: Some(grant), ..decided })
}

/// Refuses a proposal, which the caller read at `version`.
///
/// # Errors
/// Not found; a conflict when it was decided before; forbidden for the account that proposed it;
/// invalid without a reason.
pub(crate) fn decide_refusal(
    ask: &mut Ask<'_>,
    id: ProposalId,
    version: impl Into<Expected>,
    input: &ProposalRefusalInput,
) -> Result<Decided, Refusal> {
    let proposal = proposals::get(ask.conn, id)?;
    decision(ask, &proposal)?.refuse()?;
    let mut check = Check::new();
    let reason = check.field("/reason", Reason::parse(&input.reason));
    let reason = check.done(reason)?.into_string();
    let version = version.into().of(proposal.version);
    let decided = decided(ask, proposal, ProposalState::Refused, "proposal.refused")?;
    Ok(Decided { proposal: Proposal { reason, version, ..decided.proposal }, ..decided })
}

/// Withdraws the caller's own proposal, which it read at `version`.
///
/// # Errors
/// Not found; a conflict when it was decided before; forbidden for others.
pub(crate) fn decide_withdrawal(
    ask: &mut Ask<'_>,
    id: ProposalId,
    version: impl Into<Expected>,
) -> Result<Decided, Refusal> {
    let proposal = proposals::get(ask.conn, id)?;
    decision(ask, &proposal)?.withdraw()?;
    let version = version.into().of(proposal.version);
    let decided = decided(ask, proposal, ProposalState::Withdrawn, "proposal.withdrawn")?;
    Ok(Decided { proposal: Proposal { version, ..decided.proposal }, ..decided })
}

/// Marks a proposal as stale, after its approval was refused for that.
///
/// # Errors
/// A conflict when it was decided meanwhile.
pub(crate) fn decide_outdated(ask: &mut Ask<'_>, id: ProposalId) -> Result<Decided, Refusal> {
    let proposal = proposals::get(ask.conn, id)?;
    if proposal.state != ProposalState::Open {
        return Err(ProposalRefusal::Decided(proposal.state).into());
    }
    decided(ask, proposal, ProposalState::Stale, "proposal.outdated")
}

/// What the rules ask about a decision of the caller.
fn decision(ask: &mut Ask<'_>, proposal: &Proposal) -> Result<Decision, Refusal> {
    let user = ask.caller.user.clone();
    let now = ask.now.instant;
    let proposer = users::get(ask.conn, proposal.proposed_by)?;
    let beneficiary = match proposal.kind {
        ProposalKind::UserCreation | ProposalKind::UserChange => proposal.subject_id.map(UserId),
        // A client is no person, and an account that is erased is disabled and decides nothing.
        ProposalKind::ClientCreation
        | ProposalKind::ClientChange
        | ProposalKind::PersonalDataErasure => None,
    };
    Ok(Decision {
        state: proposal.state,
        proposer: party(&proposer),
        proposed_at: proposal.proposed_at,
        beneficiary,
        decider: party(&user),
        password_is_new: proposals::has_new_password(ask.conn, user.id, now)?,
        is_alone: proposals::is_alone(ask.conn, &user, user.role)?,
        now,
    })
}

fn party(user: &User) -> Party {
    Party { account: user.id, person: fold(&user.display_name) }
}

fn decided(
    ask: &mut Ask<'_>,
    proposal: Proposal,
    state: ProposalState,
    kind: &'static str,
) -> Result<Decided, Refusal> {
    let stamp = ask.stamp();
    let proposer = users::get(ask.conn, proposal.proposed_by)?;
    let proposal = Proposal {
        state,
        decided_by: Some(ask.caller.user.id),
        decided_at: Some(stamp.now.instant),
        ..proposal
    };
    Ok(Decided { proposal, proposer, grant: None, kind, stamp })
}

/// Saves a decision: carries the request out if it was approved, and records the event, which names
/// both accounts.
///
/// # Errors
/// Stale when somebody else decided; the request's own.
pub(crate) fn save(conn: &mut Conn, decided: Decided) -> Result<ProposalView, Refusal> {
    let Decided { mut proposal, proposer, grant, kind, stamp } = decided;
    if let Some(grant) = grant {
        proposal.subject_id = grants::save_granted(conn, grant)?;
    }
    let mut changes = vec![
        FieldChange {
            field: "state".to_owned(),
            before: ProposalState::Open.as_str().into(),
            after: proposal.state.as_str().into(),
        },
        FieldChange::said("proposed_by", &proposer.username),
    ];
    if !proposal.reason.is_empty() {
        changes.push(FieldChange::said("reason", &proposal.reason));
    }
    let saved = proposals::decide(conn, &proposal)?;
    let event = Event::of(kind, "proposal", saved.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(ProposalView::of(conn, saved)?)
}
