//! Requests that wait for a second person: how they are stored and shown. `usecases::proposals`
//! decides on them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProposalId, UserId};
use crate::domain::proposal::{ProposalKind, ProposalState};
use crate::store::accounts::users;
use crate::store::events::{self, Event};
use crate::store::proposals::{self, NewProposal, Proposal};
use crate::store::{Conn, StoreError};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Stamp;
use crate::usecases::events::view::ChangeView;
use crate::usecases::refusal::Refusal;

/// A proposal: a request that waits for a second person, or was decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub(crate) struct ProposalView {
    /// The proposal's id.
    pub id: ProposalId,
    /// What it asks for.
    pub kind: ProposalKind,
    /// Kind of the record it is about.
    #[schema(example = "user")]
    pub subject_kind: String,
    /// Id of the record; null for one that is created with the approval.
    pub subject_id: Option<i64>,
    /// Fields before and after, as they were shown to the person who proposed.
    pub effects: Vec<ChangeView>,
    /// State; all but `open` are final.
    pub state: ProposalState,
    /// Account that proposed.
    pub proposed_by: UserId,
    /// Its display name.
    pub proposed_by_name: String,
    /// Time of the proposal.
    pub proposed_at: Timestamp,
    /// Account that decided; null while the proposal is open.
    #[schema(value_type = Option<i64>)]
    pub decided_by: Option<UserId>,
    /// Its display name.
    pub decided_by_name: Option<String>,
    /// Time of the decision.
    pub decided_at: Option<Timestamp>,
    /// Reason of a refusal; empty if there is none.
    pub reason: String,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

impl Versioned for ProposalView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ProposalView {
    /// The view of `proposal`, with the names of the accounts.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn of(conn: &mut Conn, proposal: Proposal) -> Result<Self, StoreError> {
        let proposed_by_name = users::get(conn, proposal.proposed_by)?.display_name;
        let decided_by_name = match proposal.decided_by {
            Some(id) => Some(users::get(conn, id)?.display_name),
            None => None,
        };
        Ok(Self {
            id: proposal.id,
            kind: proposal.kind,
            subject_kind: proposal.subject_kind,
            subject_id: proposal.subject_id,
            effects: proposal.effects.into_iter().map(ChangeView::from).collect(),
            state: proposal.state,
            proposed_by: proposal.proposed_by,
            proposed_by_name,
            proposed_at: proposal.proposed_at,
            decided_by: proposal.decided_by,
            decided_by_name,
            decided_at: proposal.decided_at,
            reason: proposal.reason,
            version: proposal.version,
        })
    }
}

/// A change that was decided on: to be saved now, or to wait for a second person.
pub(crate) enum Decided<C> {
    /// To be saved now.
    Now(C),
    /// To wait.
    Waits(Box<Waiting>),
}

impl<C> Decided<C> {
    /// Saves the change by `save`, or the proposal of it.
    ///
    /// # Errors
    /// What `save` returns.
    pub(crate) fn save<T>(
        self,
        conn: &mut Conn,
        save: impl FnOnce(&mut Conn, C) -> Result<T, Refusal>,
    ) -> Result<Saved<T>, Refusal> {
        match self {
            Self::Now(change) => save(conn, change).map(Saved::Done),
            Self::Waits(waiting) => waiting.submit(conn).map(Box::new).map(Saved::Waits),
        }
    }
}

/// What became of a change.
pub(crate) enum Saved<T> {
    /// It was saved.
    Done(T),
    /// It waits.
    Waits(Box<ProposalView>),
}

/// A proposal that is to be stored.
pub(crate) struct Waiting {
    /// The proposal.
    pub new: NewProposal,
    /// Who proposes, and when.
    pub stamp: Stamp,
}

impl Waiting {
    /// Stores the proposal and records the event.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn submit(self, conn: &mut Conn) -> Result<ProposalView, Refusal> {
        let Self { new, stamp } = self;
        let proposal = proposals::insert(conn, &new)?;
        let effects = proposal.effects.clone();
        let event = Event::of("proposal.submitted", "proposal", proposal.id.0, effects);
        events::record(conn, &stamp.author, stamp.now.instant, &event)?;
        Ok(ProposalView::of(conn, proposal)?)
    }
}
