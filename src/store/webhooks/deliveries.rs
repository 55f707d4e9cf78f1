//! Webhook deliveries: queued in feed order, attempted, settled and listed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{DeliveryId, UserId, WebhookId};
use crate::domain::webhook::{Answer, AttemptError, DeliveryState, PING, Verdict};
use crate::store::events::seal;
use crate::store::schema::{deliveries, users, webhooks};
use crate::store::webhooks::{Row as HookRow, Webhook, reader};
use crate::store::{Conn, Page, PageRequest, Result, StoreError, events};

/// Maximum number of events examined for one webhook at a time.
pub(crate) const MOST: i64 = 200;

/// Delivery of one message to a webhook.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Webhook that receives it.
    pub webhook: WebhookId,
    /// Message id sent to the receiver; the same at every attempt.
    pub message_id: String,
    /// Sequence of the event; `None` for a test message.
    pub sequence: Option<i64>,
    /// Kind of the event.
    pub kind: String,
    /// Current state.
    pub state: DeliveryState,
    /// Number of attempts.
    pub attempts: i32,
    /// Number of attempts since it was queued or repeated: its position in the retry schedule.
    pub tries: i32,
    /// Time of the next attempt, while pending.
    pub next_attempt_at: Option<Timestamp>,
    /// Time of the last attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// HTTP status of the last attempt.
    pub response_status: Option<i32>,
    /// Error of the last attempt.
    pub error: Option<AttemptError>,
    /// Instant at which it was queued.
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

/// Next part of the feed to queue for a webhook.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Webhook to advance.
    pub webhook: WebhookId,
    /// Sequence before this step.
    pub from: i64,
    /// Sequence after this step.
    pub to: i64,
    /// Sequence and kind of each event to deliver.
    pub events: Vec<(i64, String)>,
}

/// Steps for all enabled webhooks that are behind the head of the feed.
///
/// Webhooks whose owner may no longer receive events are skipped.
pub(crate) fn steps(conn: &mut Conn, now: Timestamp) -> Result<Vec<Step>> {
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
        let found = events::read::feed(conn, &reader.filter(&hook, from), MOST)?;
        let full = usize::try_from(MOST).is_ok_and(|most| found.len() >= most);
        // Fewer rows than the limit mean that all events up to the head were examined in one
        // snapshot.
        let to = found.last().map(|sealed| sealed.sequence).filter(|_| full).unwrap_or(head);
        let events = found.into_iter().map(|sealed| (sealed.sequence, sealed.event.kind)).collect();
        steps.push(Step { webhook: hook.id, from, to, events });
    }
    Ok(steps)
}

/// Queues the deliveries of `step` with these message ids.
///
/// Does nothing if the webhook was disabled, deleted, or advanced by another instance since the
/// step was computed.
pub(crate) fn queue(conn: &mut Conn, step: &Step, ids: &[String], now: Timestamp) -> Result<()> {
    let stands = webhooks::table
        .find(step.webhook.0)
        .filter(webhooks::after_sequence.eq(step.from))
        .filter(webhooks::disabled_at.is_null());
    let moved = diesel::update(stands).set(webhooks::after_sequence.eq(step.to)).execute(conn)?;
    if moved > 0 {
        for ((sequence, kind), id) in step.events.iter().zip(ids) {
            let message = Message { id, sequence: Some(*sequence), kind };
            insert(conn, step.webhook, &message, now)?;
        }
    }
    Ok(())
}

/// A message to queue; the sequence is that of its event.
struct Message<'a> {
    id: &'a str,
    sequence: Option<i64>,
    kind: &'a str,
}

fn insert(
    conn: &mut Conn,
    hook: WebhookId,
    message: &Message<'_>,
    now: Timestamp,
) -> Result<DeliveryId> {
    let id = diesel::insert_into(deliveries::table)
        .values((
            deliveries::webhook_id.eq(hook.0),
            deliveries::message_id.eq(message.id),
            deliveries::sequence.eq(message.sequence),
            deliveries::kind.eq(message.kind),
            deliveries::state.eq(DeliveryState::Pending.as_str()),
            deliveries::next_attempt_at.eq(now.naive()),
            deliveries::created_at.eq(now.naive()),
        ))
        .returning(deliveries::id)
        .get_result(conn)?;
    Ok(DeliveryId(id))
}

/// Queues a test message.
pub(crate) fn ping(
    conn: &mut Conn,
    hook: WebhookId,
    message_id: &str,
    now: Timestamp,
) -> Result<Delivery> {
    let id = insert(conn, hook, &Message { id: message_id, sequence: None, kind: PING }, now)?;
    get(conn, hook, id)
}

/// Loads a delivery of this webhook, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, hook: WebhookId, id: DeliveryId) -> Result<Delivery> {
    let row = deliveries::table.find(id.0).filter(deliveries::webhook_id.eq(hook.0));
    let row = row.select(Row::as_select()).first::<Row>(conn).optional()?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

/// One page of a webhook's deliveries in one of these states, or in any; newest first.
pub(crate) fn list(
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
    let total = page.total(|| wanted().count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, Delivery::try_from)
}

/// Webhooks with due deliveries that no instance has leased, longest waiting first.
pub(crate) fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<WebhookId>> {
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

/// Due delivery of a webhook that has waited longest.
pub(crate) fn next(conn: &mut Conn, hook: WebhookId, now: Timestamp) -> Result<Option<Delivery>> {
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

/// Records an attempt's result. Returns false if it was already recorded.
pub(crate) fn settle(
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

/// Schedules a delivery again: due now, with a new retry schedule.
pub(crate) fn repeat(conn: &mut Conn, id: DeliveryId, now: Timestamp) -> Result<()> {
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

/// Deletes deliveries that were delivered by `before`; returns their number.
///
/// Other deliveries are deleted only together with their webhook.
pub(crate) fn prune(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    let old = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Delivered.as_str()))
        .filter(deliveries::settled_at.le(before.naive()));
    let ids: Vec<i64> = old.select(deliveries::id).limit(MOST).load(conn)?;
    Ok(diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids))).execute(conn)?)
}
