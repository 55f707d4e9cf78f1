//! The dispatcher: reads the sealed event feed for every webhook, queues its deliveries and sends
//! them. Each server instance runs one. A lease ensures that one instance at a time serves a
//! webhook; when an instance is killed, another takes over after the lease expires. No request
//! waits for it.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::background::courier::{Courier, NoAnswer, Parcel};
use crate::background::task::Task;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::id::WebhookId;
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::domain::webhook::signature::{HookKey, HookSecret};
use crate::domain::webhook::{Answer, AttemptError, KEPT_DAYS, judge};
use crate::http::app::App;
use crate::store::webhooks::deliveries::{self, Delivery};
use crate::store::webhooks::{self, Webhook, secrets};
use crate::store::{Conn, Db, StoreError};
use crate::usecases::random::random_text;
use crate::usecases::webhooks::message::{self, new_id};
use crate::usecases::webhooks::write::disable_gone;

/// Polling interval when nothing notifies us: another instance may have sealed events.
const PAUSE: Duration = Duration::from_millis(500);
/// Minimum interval between two rounds.
const BREATH: Duration = Duration::from_millis(50);
/// Pause after a database failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Maximum number of webhooks served concurrently; a slow receiver occupies one place.
const MOST_AT_ONCE: usize = 32;
/// Maximum number of messages sent for one webhook before its place is given to another.
const MOST_PER_TURN: usize = 50;
/// Lease of a webhook, in seconds; must be longer than one attempt.
const LEASE_SECONDS: i64 = 60;
/// Interval between deletions of old delivered messages, in hours.
const PRUNE_HOURS: i64 = 1;

/// Starts a dispatcher. Told to stop, it starts no new attempts and waits for the running ones.
/// Returns `None` if no webhook host is allowed.
///
/// # Errors
/// A sentence: the certificates of receivers cannot be read, or the system gives no random bytes.
pub(crate) fn start(app: &App) -> Result<Option<Task>, String> {
    let courier = Courier::new(app.config.webhook_ca_file.as_deref())?;
    if app.config.webhook_hosts.is_empty() {
        return Ok(None);
    }
    let me = random_text().map_err(|e| e.to_string())?;
    Ok(Some(Task::start(|stopping| {
        let post = Post {
            db: app.db.clone(),
            clock: Arc::clone(&app.clock),
            hosts: app.config.webhook_hosts.clone(),
            key: app.hook_key.clone(),
            courier,
            me,
            stopping,
        };
        post.serve(Arc::clone(&app.sealed))
    })))
}

#[derive(Clone)]
struct Post {
    db: Db,
    clock: Arc<dyn Clock>,
    hosts: AllowedHosts,
    key: HookKey,
    courier: Courier,
    /// Lease holder id of this instance.
    me: String,
    stopping: watch::Receiver<bool>,
}

impl Post {
    async fn serve(self, sealed: Arc<Notify>) {
        let mut turns = JoinSet::new();
        let mut stopping = self.stopping.clone();
        let mut pruned_at = self.clock.now();
        loop {
            // Registered before the round, so that events sealed during it wake us.
            let woken = sealed.notified();
            let pause = match self.round(&mut turns, &mut pruned_at).await {
                Ok(true) => Duration::ZERO,
                Ok(false) => PAUSE,
                Err(error) => {
                    warn!("webhook dispatcher failed: {error}");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                _ = stopping.changed() => break,
                () = woken => {}
                Some(_) = turns.join_next() => {}
                () = sleep(pause) => {}
            }
            sleep(BREATH).await;
        }
        while turns.join_next().await.is_some() {}
    }

    /// Queues newly sealed events and starts due webhooks. Returns true if there is more to queue.
    async fn round(
        &self,
        turns: &mut JoinSet<()>,
        pruned_at: &mut Timestamp,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let queued = self.queue(now).await;
        // Due messages are sent even if queueing failed.
        while turns.try_join_next().is_some() {}
        let free = MOST_AT_ONCE.saturating_sub(turns.len());
        for hook in self.take(free, now).await? {
            turns.spawn(self.clone().turn(hook));
        }
        if pruned_at.plus_hours(PRUNE_HOURS) <= now {
            let before = now.plus_hours(-24 * KEPT_DAYS);
            if self.db.write(move |conn| deliveries::prune(conn, before)).await? == 0 {
                *pruned_at = now;
            }
        }
        queued
    }

    /// Queues newly sealed events. Each webhook has its own transaction, so that a failure of one
    /// does not block the others.
    async fn queue(&self, now: Timestamp) -> Result<bool, StoreError> {
        let steps = self.db.read(move |conn| deliveries::steps(conn, now)).await?;
        if steps.is_empty() {
            return Ok(false);
        }
        let full = |events: usize| i64::try_from(events).is_ok_and(|n| n >= deliveries::MOST);
        let more = steps.iter().any(|step| full(step.events.len()));
        let mut failed = None;
        for step in steps {
            let ids: Result<Vec<String>, _> = step.events.iter().map(|_| new_id()).collect();
            let ids = ids.map_err(StoreError::broken)?;
            let hook = step.webhook;
            let queue = move |conn: &mut Conn| deliveries::queue(conn, &step, &ids, now);
            if let Err(error) = self.db.write(queue).await {
                warn!(webhook = hook.0, "cannot queue deliveries of a webhook: {error}");
                failed = Some(error);
            }
        }
        failed.map_or(Ok(more), Err)
    }

    /// Leases up to `most` webhooks that have due messages.
    async fn take(&self, most: usize, now: Timestamp) -> Result<Vec<WebhookId>, StoreError> {
        let due = self.db.read(move |conn| deliveries::due(conn, now)).await?;
        if due.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let me = self.me.clone();
        let until = now.plus_seconds(LEASE_SECONDS);
        let lease = move |conn: &mut Conn| {
            let mut taken = Vec::new();
            for hook in due.iter().take(most) {
                if webhooks::lease(conn, *hook, &me, now, until)? {
                    taken.push(*hook);
                }
            }
            Ok::<_, StoreError>(taken)
        };
        self.db.write(lease).await
    }

    /// Sends the due messages of one webhook in order and releases its lease. Stops after a
    /// failure, so that other webhooks get the place.
    async fn turn(self, hook: WebhookId) {
        for _ in 0..MOST_PER_TURN {
            if *self.stopping.borrow() {
                break;
            }
            match self.send_next(hook).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    warn!(webhook = hook.0, "cannot send or record a delivery: {error}");
                    break;
                }
            }
        }
        let me = self.me.clone();
        let now = self.clock.now();
        let given_back = self.db.write(move |conn| webhooks::keep(conn, hook, &me, now)).await;
        if let Err(error) = given_back {
            warn!(
                webhook = hook.0,
                "cannot release the lease of a webhook, it will expire: {error}"
            );
        }
    }

    /// Sends the next due message. Returns true if the next one may be sent at once.
    async fn send_next(&self, hook: WebhookId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let key = self.key.clone();
        let found = self.db.read(move |conn| Letter::read(conn, hook, &key, now)).await?;
        let Some(letter) = found else {
            return Ok(false);
        };
        let answer = match self.attempt(&letter, now).await {
            Ok(answer) => answer,
            Err(NoAnswer(error, cause)) => {
                let delivery = letter.delivery.id.0;
                info!(webhook = hook.0, delivery, "webhook not delivered ({error}): {cause}");
                Answer::None(error)
            }
        };
        let outcome = answer.error().map_or("delivered", AttemptError::as_str);
        counter!("webhook_attempts_total", "outcome" => outcome).increment(1);
        let recorded = self.record(letter.delivery, answer).await?;
        Ok(recorded && matches!(answer.error(), None | Some(AttemptError::OutOfSight)))
    }

    async fn attempt(&self, letter: &Letter, now: Timestamp) -> Result<Answer, NoAnswer> {
        let url = &letter.hook.url;
        self.hosts.check(url).map_err(|e| NoAnswer(AttemptError::HostNotAllowed, e.to_string()))?;
        let Some(body) = letter.body.clone() else {
            return Err(NoAnswer(
                AttemptError::OutOfSight,
                "not visible to the owner of the webhook".to_owned(),
            ));
        };
        if letter.secrets.is_empty() {
            let cause =
                "none of its secrets was created with the current key of this server".to_owned();
            return Err(NoAnswer(AttemptError::KeyChanged, cause));
        }
        let id = &letter.delivery.message_id;
        let headers = message::headers(id, &letter.secrets, now, &body);
        self.courier.post(Parcel { url, headers: &headers, body }, now).await
    }

    /// Records the result of an attempt. Returns true if this instance still holds the lease.
    async fn record(&self, tried: Delivery, answer: Answer) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let me = self.me.clone();
        let verdict = judge(tried.tries.saturating_add(1), answer, now, chance());
        let until = now.plus_seconds(LEASE_SECONDS);
        let write = move |conn: &mut Conn| {
            let settled = deliveries::settle(conn, &tried, answer, verdict, now)?;
            if settled && answer.error() == Some(AttemptError::Gone) {
                disable_gone(conn, tried.webhook, now)?;
            }
            Ok::<_, StoreError>(settled && webhooks::keep(conn, tried.webhook, &me, until)?)
        };
        self.db.write(write).await
    }
}

/// A due message with everything needed to send it.
struct Letter {
    hook: Webhook,
    delivery: Delivery,
    /// `None` when the event is not visible to the webhook's owner.
    body: Option<String>,
    /// Valid secrets that were created with this server's key.
    secrets: Vec<HookSecret>,
}

impl Letter {
    /// Reads the next due message. `None` if the webhook is disabled or its owner may receive
    /// nothing.
    fn read(
        conn: &mut Conn,
        hook: WebhookId,
        key: &HookKey,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let Some(hook) = webhooks::find(conn, hook)?.filter(|hook| hook.disabled.is_none()) else {
            return Ok(None);
        };
        let Some(reader) = webhooks::reader(conn, hook.user, now)? else {
            return Ok(None);
        };
        let Some(delivery) = deliveries::next(conn, hook.id, now)? else {
            return Ok(None);
        };
        let body = message::body(conn, &delivery, reader)?;
        let kept = secrets::list(conn, hook.id)?;
        let good = kept.iter().filter(|secret| secret.is_good(now)).filter_map(|kept| {
            let secret = key.secret(&kept.salt);
            (secret.fingerprint() == kept.fingerprint).then_some(secret)
        });
        let secrets = good.collect();
        Ok(Some(Self { hook, delivery, body, secrets }))
    }
}

/// Random number that spreads retries; 0 when the system gives no random bytes.
fn chance() -> u16 {
    let mut bytes = [0_u8; 2];
    let filled = getrandom::fill(&mut bytes);
    filled.map_or(0, |()| u16::from_ne_bytes(bytes))
}
