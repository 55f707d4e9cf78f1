//! Proposals: requests that wait for a second person.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::fold::fold;
use crate::domain::id::{ProposalId, UserId};
use crate::domain::proposal::{ProposalKind, ProposalState};
use crate::store::accounts::users::{self, UserFilter};
use crate::store::conn::MultiBackend;
use crate::store::events::FieldChange;
use crate::store::schema::{events, proposals};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Hours for which a password that somebody else set is new.
const NEW_PASSWORD_HOURS: i64 = 24;

/// A proposal.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// What it asks for.
    pub kind: ProposalKind,
    /// Kind of the record it is about.
    pub subject_kind: String,
    /// Id of the record; `None` for one to be created.
    pub subject_id: Option<i64>,
    /// Version of the record when it was proposed.
    pub subject_version: Option<i64>,
    /// The request, as JSON; empty once it is decided.
    pub input: String,
    /// Fields before and after.
    pub effects: Vec<FieldChange>,
    /// State.
    pub state: ProposalState,
    /// Who proposed.
    pub proposed_by: UserId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Reason of a refusal.
    pub reason: String,
    /// Row version; sent as the ETag.
    pub version: i64,
}

/// A proposal to be inserted.
#[derive(Clone, Debug)]
pub(crate) struct NewProposal {
    /// What it asks for.
    pub kind: ProposalKind,
    /// Kind of the record it is about.
    pub subject_kind: &'static str,
    /// Id of the record; `None` for one to be created.
    pub subject_id: Option<i64>,
    /// Its version.
    pub subject_version: Option<i64>,
    /// The request, as JSON.
    pub input: String,
    /// Fields before and after.
    pub effects: Vec<FieldChange>,
    /// Who proposes.
    pub proposed_by: UserId,
    /// When.
    pub proposed_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = proposals)]
struct Row {
    id: i64,
    kind: String,
    subject_kind: String,
    subject_id: Option<i64>,
    subject_version: Option<i64>,
    input: String,
    effects: String,
    state: String,
    proposed_by: i64,
    proposed_at: NaiveDateTime,
    decided_by: Option<i64>,
    decided_at: Option<NaiveDateTime>,
    reason: String,
    version: i64,
}

impl TryFrom<Row> for Proposal {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ProposalId(row.id),
            kind: StoreError::read_text(&row.kind)?,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            subject_version: row.subject_version,
            input: row.input,
            effects: serde_json::from_str(&row.effects).map_err(StoreError::broken)?,
            state: StoreError::read_text(&row.state)?,
            proposed_by: UserId(row.proposed_by),
            proposed_at: Timestamp::new(row.proposed_at),
            decided_by: row.decided_by.map(UserId),
            decided_at: row.decided_at.map(Timestamp::new),
            reason: row.reason,
            version: row.version,
        })
    }
}

/// Loads a proposal, or returns [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: ProposalId) -> Result<Proposal> {
    let row: Option<Row> =
        proposals::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<'a, proposals::table, MultiBackend>;

fn wanted(states: &[ProposalState]) -> Wanted<'_> {
    let query = proposals::table.into_boxed();
    if states.is_empty() {
        return query;
    }
    query.filter(proposals::state.eq_any(states.iter().map(|state| state.as_str())))
}

/// One page of proposals in these states, newest first; all states if empty.
pub(crate) fn list(
    conn: &mut Conn,
    states: &[ProposalState],
    page: &PageRequest,
) -> Result<Page<Proposal>> {
    let mut query = wanted(states).select(Row::as_select());
    if let Some(before) = page.after_id()? {
        query = query.filter(proposals::id.lt(before));
    }
    let query = query.order(proposals::id.desc()).limit(page.rows_to_fetch());
    let rows: Vec<Row> = query.load(conn)?;
    let total = page.total(|| wanted(states).count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, Proposal::try_from)
}

/// Inserts a proposal.
pub(crate) fn insert(conn: &mut Conn, new: &NewProposal) -> Result<Proposal> {
    let effects = serde_json::to_string(&new.effects).map_err(StoreError::broken)?;
    let id = diesel::insert_into(proposals::table)
        .values((
            proposals::kind.eq(new.kind.as_str()),
            proposals::subject_kind.eq(new.subject_kind),
            proposals::subject_id.eq(new.subject_id),
            proposals::subject_version.eq(new.subject_version),
            proposals::input.eq(&new.input),
            proposals::effects.eq(effects),
            proposals::state.eq(ProposalState::Open.as_str()),
            proposals::proposed_by.eq(new.proposed_by.0),
            proposals::proposed_at.eq(new.proposed_at.naive()),
        ))
        .returning(proposals::id)
        .get_result(conn)?;
    get(conn, ProposalId(id))
}

/// Updates state and decision of `proposal` if its version is unchanged, and empties its request.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn decide(conn: &mut Conn, proposal: &Proposal) -> Result<Proposal> {
    let same = proposals::table.find(proposal.id.0).filter(proposals::version.eq(proposal.version));
    let changed = diesel::update(same)
        .set((
            proposals::state.eq(proposal.state.as_str()),
            proposals::subject_id.eq(proposal.subject_id),
            proposals::decided_by.eq(proposal.decided_by.map(|id| id.0)),
            proposals::decided_at.eq(proposal.decided_at.map(Timestamp::naive)),
            proposals::reason.eq(&proposal.reason),
            proposals::input.eq(""),
            proposals::version.eq(proposals::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { get(conn, proposal.id) }
}

/// True if no enabled account of another person has `role`.
pub(crate) fn is_alone(conn: &mut Conn, account: &users::User, role: Role) -> Result<bool> {
    let filter = UserFilter { roles: vec![role], disabled: Some(false), q: None };
    let others = users::list(conn, &filter, &PageRequest::whole())?.items;
    let person = fold(&account.display_name);
    Ok(others.iter().all(|user| user.id == account.id || fold(&user.display_name) == person))
}

/// True if another person's account created the account or set its password shortly before `now`.
/// The operator's command line is not meant.
pub(crate) fn has_new_password(conn: &mut Conn, account: UserId, now: Timestamp) -> Result<bool> {
    let since = now.plus_hours(-NEW_PASSWORD_HOURS);
    let found = events::table
        .filter(events::subject_kind.eq("user"))
        .filter(events::subject_id.eq(account.0))
        .filter(events::kind.eq_any(["user.password_reset", "user.created"]))
        .filter(events::actor_kind.ne("system"))
        .filter(events::at.gt(since.naive()))
        .select(events::id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}
