//! Messages of webhooks on their way: queued in the order of the feed, attempted, settled, listed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{DeliveryId, UserId, WebhookId};
use crate::domain::webhook::{Answer, AttemptError, DeliveryState, PING, Verdict};
use crate::store::events::seal;
use crate::store::schema::{deliveries, users, webhooks};
use crate::store::webhooks::{Row as HookRow, Webhook, reader};
use crate::store::{Conn, Page, PageRequest, Result, StoreError, events};

/// Most events looked through for one webhook at a time.
pub const MOST: i64 = 200;

/// A message on its way, or settled.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The webhook it belongs to.
    pub webhook: WebhookId,
    /// What the receiver knows the message by, at every attempt.
    pub message_id: String,
    /// The event's sequence; none for a test.
    pub sequence: Option<i64>,
    /// The event's kind.
    pub kind: String,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was attempted.
    pub attempts: i32,
    /// How often since it was last asked for: its place in the schedule.
    pub tries: i32,
    /// When it is attempted next, while it is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was attempted last.
    pub last_attempt_at: Option<Timestamp>,
    /// What the receiver answered last.
    pub response_status: Option<i32>,
    /// Why the last attempt failed.
    pub error: Option<AttemptError>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: i64,
    webhook_id: i64,
    message_id: String,
    sequence: Option<i64>,
    kind: String,
    state: String,
    attempts: i32,
    tries: i32,
    next_attempt_at: Option<NaiveDateTime>,
    last_attempt_at: Option<NaiveDateTime>,
    response_status: Option<i32>,
    error: Option<String>,
    created_at: NaiveDateTime,
    version: i64,
}

impl TryFrom<Row> for Delivery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: DeliveryId(row.id),
            webhook: WebhookId(row.webhook_id),
            message_id: row.message_id,
            sequence: row.sequence,
            kind: row.kind,
            state: StoreError::read_text(&row.state)?,
            attempts: row.attempts,
            tries: row.tries,
            next_attempt_at: row.next_attempt_at.map(Timestamp::new),
            last_attempt_at: row.last_attempt_at.map(Timestamp::new),
            response_status: row.response_status,
            error: row.error.as_deref().map(StoreError::read_text).transpose()?,
            created_at: Timestamp::new(row.created_at),
            version: row.version,
        })
    }
}

/// How far a webhook is to be brought along the feed, and what it is to be sent on the way.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which webhook.
    pub webhook: WebhookId,
    /// Where it stood.
    pub from: i64,
    /// Where it will stand.
    pub to: i64,
    /// The sequence and the kind of each event it is to be sent.
    pub events: Vec<(i64, String)>,
}

/// What is to be queued, of every webhook that is not at the feed's head and whose owner may be
/// sent anything.
pub fn steps(conn: &mut Conn, now: Timestamp) -> Result<Vec<Step>> {
    let head = seal::head(conn)?;
    let behind: Vec<HookRow> = webhooks::table
        .filter(webhooks::disabled_at.is_null())
        .filter(webhooks::after_sequence.lt(head))
        .order(webhooks::id)
        .select(HookRow::as_select())
        .load(conn)?;
    let mut steps = Vec::new();
    for hook in behind.into_iter().map(Webhook::try_from) {
        let hook = hook?;
        let Some(reader) = reader(conn, hook.user, now)? else {
            continue;
        };
        let from = hook.after_sequence;
        let found = events::feed(conn, &reader.filter(&hook, from), MOST)?;
        let full = usize::try_from(MOST).is_ok_and(|most| found.len() >= most);
        // A short answer means that all up to the head was looked through, in one snapshot.
        let to = found.last().map(|(sequence, _)| *sequence).filter(|_| full).unwrap_or(head);
        let events = found.into_iter().map(|(sequence, event)| (sequence, event.kind)).collect();
        steps.push(Step { webhook: hook.id, from, to, events });
    }
    Ok(steps)
}

/// Queues what `step` says, with these ids for its messages, unless the webhook was moved on
/// meanwhile: by another instance, or because it is gone.
pub fn queue(conn: &mut Conn, step: &Step, ids: &[String], now: Timestamp) -> Result<()> {
    let stands = webhooks::table
        .find(step.webhook.0)
        .filter(webhooks::after_sequence.eq(step.from))
        .filter(webhooks::disabled_at.is_null());
    let moved = diesel::update(stands).set(webhooks::after_sequence.eq(step.to)).execute(conn)?;
    if moved > 0 {
        for ((sequence, kind), id) in step.events.iter().zip(ids) {
            insert(conn, step.webhook, (id, Some(*sequence), kind), now)?;
        }
    }
    Ok(())
}

fn insert(
    conn: &mut Conn,
    hook: WebhookId,
    (message_id, sequence, kind): (&str, Option<i64>, &str),
    now: Timestamp,
) -> Result<DeliveryId> {
    let id = diesel::insert_into(deliveries::table)
        .values((
            deliveries::webhook_id.eq(hook.0),
            deliveries::message_id.eq(message_id),
            deliveries::sequence.eq(sequence),
            deliveries::kind.eq(kind),
            deliveries::state.eq(DeliveryState::Pending.as_str()),
            deliveries::next_attempt_at.eq(now.naive()),
            deliveries::created_at.eq(now.naive()),
        ))
        .returning(deliveries::id)
        .get_result(conn)?;
    Ok(DeliveryId(id))
}

/// Queues a test message.
pub fn ping(
    conn: &mut Conn,
    hook: WebhookId,
    message_id: &str,
    now: Timestamp,
) -> Result<Delivery> {
    let id = insert(conn, hook, (message_id, None, PING), now)?;
    get(conn, hook, id)
}

/// The delivery of this webhook, or [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, hook: WebhookId, id: DeliveryId) -> Result<Delivery> {
    let row = deliveries::table.find(id.0).filter(deliveries::webhook_id.eq(hook.0));
    let row = row.select(Row::as_select()).first::<Row>(conn).optional()?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

/// The deliveries of a webhook in one of these states, or all; the latest first.
pub fn list(
    conn: &mut Conn,
    hook: WebhookId,
    states: &[DeliveryState],
    page: &PageRequest,
) -> Result<Page<Delivery>> {
    let wanted = || {
        let mut query = deliveries::table.filter(deliveries::webhook_id.eq(hook.0)).into_boxed();
        if !states.is_empty() {
            query = query.filter(deliveries::state.eq_any(states.iter().map(|s| s.as_str())));
        }
        query
    };
    let mut query = wanted();
    if let Some(before) = page.after_id()? {
        query = query.filter(deliveries::id.lt(before));
    }
    let rows: Vec<Row> = query
        .order(deliveries::id.desc())
        .limit(page.rows_to_fetch())
        .select(Row::as_select())
        .load(conn)?;
    let total = wanted().count().get_result(conn)?;
    page.by_id(rows, total, |row: &Row| row.id, Delivery::try_from)
}

/// Webhooks that no instance sends for and that have something due, those that waited longest for
/// their turn first.
pub fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<WebhookId>> {
    let due = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Pending.as_str()))
        .filter(deliveries::next_attempt_at.le(now.naive()))
        .select(deliveries::webhook_id);
    let found: Vec<(i64, i64)> = webhooks::table
        .inner_join(users::table)
        .filter(webhooks::disabled_at.is_null())
        .filter(users::disabled_at.is_null())
        .filter(webhooks::leased_until.le(now.naive()))
        .filter(webhooks::id.eq_any(due))
        .order((webhooks::leased_until, webhooks::id))
        .select((webhooks::id, webhooks::user_id))
        .load(conn)?;
    let mut hooks = Vec::new();
    for (hook, owner) in found {
        if reader(conn, UserId(owner), now)?.is_some() {
            hooks.push(WebhookId(hook));
        }
    }
    Ok(hooks)
}

/// What is due next of a webhook: what was due first.
pub fn next(conn: &mut Conn, hook: WebhookId, now: Timestamp) -> Result<Option<Delivery>> {
    let row: Option<Row> = deliveries::table
        .filter(deliveries::webhook_id.eq(hook.0))
        .filter(deliveries::state.eq(DeliveryState::Pending.as_str()))
        .filter(deliveries::next_attempt_at.le(now.naive()))
        .order((deliveries::next_attempt_at, deliveries::id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Delivery::try_from).transpose()
}

/// Writes down what came of an attempt, unless that was done already; whether it was not.
pub fn settle(
    conn: &mut Conn,
    tried: &Delivery,
    answer: Answer,
    verdict: Verdict,
    now: Timestamp,
) -> Result<bool> {
    let row = deliveries::table
        .find(tried.id.0)
        .filter(deliveries::state.eq(DeliveryState::Pending.as_str()))
        .filter(deliveries::attempts.eq(tried.attempts));
    let next = verdict.next_attempt_at();
    let settled = diesel::update(row)
        .set((
            deliveries::state.eq(verdict.state().as_str()),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::tries.eq(deliveries::tries + 1),
            deliveries::next_attempt_at.eq(next.map(Timestamp::naive)),
            deliveries::last_attempt_at.eq(now.naive()),
            deliveries::settled_at.eq(next.is_none().then(|| now.naive())),
            deliveries::response_status.eq(answer.status()),
            deliveries::error.eq(answer.error().map(AttemptError::as_str)),
            deliveries::version.eq(deliveries::version + 1),
        ))
        .execute(conn)?;
    Ok(settled > 0)
}

/// Asks for a delivery once more: it is due now, and its schedule begins anew.
pub fn repeat(conn: &mut Conn, id: DeliveryId, now: Timestamp) -> Result<()> {
    diesel::update(deliveries::table.find(id.0))
        .set((
            deliveries::state.eq(DeliveryState::Pending.as_str()),
            deliveries::tries.eq(0),
            deliveries::next_attempt_at.eq(now.naive()),
            deliveries::settled_at.eq(None::<NaiveDateTime>),
            deliveries::version.eq(deliveries::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes what was delivered by `before`; nothing else ever goes by itself.
pub fn prune(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    let old = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Delivered.as_str()))
        .filter(deliveries::settled_at.le(before.naive()));
    let ids: Vec<i64> = old.select(deliveries::id).limit(MOST).load(conn)?;
    Ok(diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids))).execute(conn)?)
}
