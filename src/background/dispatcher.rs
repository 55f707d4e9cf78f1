//! The dispatcher: follows the sealed feed for every webhook, queues what each is to be sent, and
//! sends it. Every instance has one; a webhook is served by one at a time, and what that one leaves
//! when it is killed is sent by another. No request waits for any of this.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::api::webhooks::message as webhook_message;
use crate::api::webhooks::message::new_id;
use crate::background::courier::{Courier, NoAnswer, Parcel};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::id::WebhookId;
use crate::domain::webhook::signature::{HookKey, HookSecret};
use crate::domain::webhook::url::AllowedHosts;
use crate::domain::webhook::{Answer, AttemptError, DisabledBecause, KEPT_DAYS, judge};
use crate::http::app::App;
use crate::http::tokens::random_text;
use crate::store::events;
use crate::store::events::{Author, Change, Event};
use crate::store::webhooks;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::deliveries;
use crate::store::webhooks::deliveries::Delivery;
use crate::store::webhooks::secrets as webhook_secrets;
use crate::store::{Conn, Db, StoreError};

/// How long to wait before looking again, when nobody wakes us: another instance may have sealed.
const PAUSE: Duration = Duration::from_millis(500);
/// The least time between two looks, however much is sealed.
const BREATH: Duration = Duration::from_millis(50);
/// How long to leave a database alone that did not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Most webhooks served at once: a slow receiver holds up one place.
const MOST_AT_ONCE: usize = 32;
/// Most messages of one webhook before others get its place.
const MOST_PER_TURN: usize = 50;
/// How long an instance keeps a webhook without a word: longer than an attempt can take.
const LEASE_SECONDS: i64 = 60;
/// How often delivered messages are looked through for old ones, in hours.
const PRUNE_HOURS: i64 = 1;

/// A dispatcher at work; what it is at is cut off when it is dropped.
#[derive(Debug)]
pub struct Dispatcher {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Dispatcher {
    /// Starts one. Where no host is allowed there is nothing to do.
    ///
    /// # Errors
    /// A sentence: the certificates of receivers cannot be read, the system gives no random bytes.
    pub fn start(app: &App) -> Result<Option<Self>, String> {
        let courier = Courier::new(app.config.webhook_ca_file.as_deref())?;
        if app.config.webhook_hosts.is_empty() {
            return Ok(None);
        }
        let (stop, stopping) = watch::channel(false);
        let post = Post {
            db: app.db.clone(),
            clock: Arc::clone(&app.clock),
            hosts: app.config.webhook_hosts.clone(),
            key: app.hook_key.clone(),
            courier,
            me: random_text().map_err(|e| e.to_string())?,
            stopping,
        };
        let task = tokio::spawn(post.serve(Arc::clone(&app.sealed)));
        Ok(Some(Self { stop, task }))
    }

    /// Begins nothing new, waits for the answers of what is under way, and returns.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let _ = (&mut self.task).await;
    }
}

#[derive(Clone)]
struct Post {
    db: Db,
    clock: Arc<dyn Clock>,
    hosts: AllowedHosts,
    key: HookKey,
    courier: Courier,
    /// What this instance leases webhooks by.
    me: String,
    stopping: watch::Receiver<bool>,
}

impl Post {
    async fn serve(self, sealed: Arc<Notify>) {
        let (mut turns, mut stopping) = (JoinSet::new(), self.stopping.clone());
        let mut pruned_at = self.clock.now();
        loop {
            // Asked for before looking, so that what is sealed in between wakes us.
            let woken = sealed.notified();
            let pause = match self.round(&mut turns, &mut pruned_at).await {
                Ok(true) => Duration::ZERO,
                Ok(false) => PAUSE,
                Err(error) => {
                    warn!("cannot look after webhooks: {error}");
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

    /// Queues what was sealed and begins what is due; whether there is more to queue at once.
    async fn round(
        &self,
        turns: &mut JoinSet<()>,
        pruned_at: &mut Timestamp,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let queued = self.queue(now).await;
        // Whatever could not be queued, what is due goes out.
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

    /// Queues what was sealed, each webhook by itself: one that cannot be queued holds no other up.
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
            let (ids, hook) = (ids.map_err(StoreError::broken)?, step.webhook);
            let queue = move |conn: &mut Conn| deliveries::queue(conn, &step, &ids, now);
            if let Err(error) = self.db.write(queue).await {
                warn!(webhook = hook.0, "cannot queue for a webhook: {error}");
                failed = Some(error);
            }
        }
        failed.map_or(Ok(more), Err)
    }

    /// Leases up to `most` webhooks that have something due.
    async fn take(&self, most: usize, now: Timestamp) -> Result<Vec<WebhookId>, StoreError> {
        let due = self.db.read(move |conn| deliveries::due(conn, now)).await?;
        if due.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let (me, until) = (self.me.clone(), now.plus_seconds(LEASE_SECONDS));
        let lease = move |conn: &mut Conn| {
            let mut taken = Vec::new();
            for hook in due.iter().take(most) {
                if webhooks::lease(conn, *hook, &me, (now, until))? {
                    taken.push(*hook);
                }
            }
            Ok::<_, StoreError>(taken)
        };
        self.db.write(lease).await
    }

    /// Sends what is due of one webhook, one after the other, and gives it back. After a failure
    /// others get its place; what is due later waits for nobody.
    async fn turn(self, hook: WebhookId) {
        for _ in 0..MOST_PER_TURN {
            if *self.stopping.borrow() {
                break;
            }
            match self.send_next(hook).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    warn!(webhook = hook.0, "cannot keep account of a webhook: {error}");
                    break;
                }
            }
        }
        let (me, now) = (self.me.clone(), self.clock.now());
        let given_back = self.db.write(move |conn| webhooks::keep(conn, hook, &me, now)).await;
        if let Err(error) = given_back {
            warn!(webhook = hook.0, "cannot give a webhook back, its lease will end: {error}");
        }
    }

    /// Sends what is due next; whether to go on.
    async fn send_next(&self, hook: WebhookId) -> Result<bool, StoreError> {
        let (now, key) = (self.clock.now(), self.key.clone());
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
            return Err(NoAnswer(AttemptError::OutOfSight, "not its owner's to see".to_owned()));
        };
        if letter.secrets.is_empty() {
            let cause = "none of its secrets was made with this server's key".to_owned();
            return Err(NoAnswer(AttemptError::KeyChanged, cause));
        }
        let id = &letter.delivery.message_id;
        let headers = webhook_message::headers(id, &letter.secrets, now, &body);
        self.courier.post(Parcel { url, headers: &headers, body }, now).await
    }

    /// Writes down what came of an attempt; whether the webhook is still ours.
    async fn record(&self, tried: Delivery, answer: Answer) -> Result<bool, StoreError> {
        let (now, me) = (self.clock.now(), self.me.clone());
        let verdict = judge(tried.tries.saturating_add(1), answer, now, chance());
        let until = now.plus_seconds(LEASE_SECONDS);
        let write = move |conn: &mut Conn| {
            let settled = deliveries::settle(conn, &tried, answer, verdict, now)?;
            if settled && answer.error() == Some(AttemptError::Gone) {
                disable(conn, tried.webhook, now)?;
            }
            Ok::<_, StoreError>(settled && webhooks::keep(conn, tried.webhook, &me, until)?)
        };
        self.db.write(write).await
    }
}

/// The receiver wants no more.
fn disable(conn: &mut Conn, hook: WebhookId, now: Timestamp) -> Result<(), StoreError> {
    let Some(found) = webhooks::find(conn, hook)?.filter(|hook| hook.disabled.is_none()) else {
        return Ok(());
    };
    webhooks::save(conn, &Webhook { disabled: Some((now, DisabledBecause::Gone)), ..found })?;
    let said = Change::said("disabled_because", DisabledBecause::Gone.as_str());
    let event = Event::of("webhook.disabled", "webhook", hook.0, vec![said]);
    events::record(conn, &Author::system("webhooks"), now, &event)
}

/// A message that is due, with what sending it needs.
struct Letter {
    hook: Webhook,
    delivery: Delivery,
    /// None when the event is out of its owner's sight.
    body: Option<String>,
    /// Those that are good and were made with this server's key.
    secrets: Vec<HookSecret>,
}

impl Letter {
    /// The next one of a webhook that is enabled and whose owner may be sent anything.
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
        let body = webhook_message::body(conn, &delivery, reader)?;
        let kept = webhook_secrets::list(conn, hook.id)?;
        let good = kept.iter().filter(|secret| secret.is_good(now)).filter_map(|kept| {
            let secret = key.secret(&kept.salt);
            (secret.fingerprint() == kept.fingerprint).then_some(secret)
        });
        let secrets = good.collect();
        Ok(Some(Self { hook, delivery, body, secrets }))
    }
}

/// What spreads retries; none when the system has no chance to give.
fn chance() -> u16 {
    let mut bytes = [0_u8; 2];
    let filled = getrandom::fill(&mut bytes);
    filled.map_or(0, |()| u16::from_ne_bytes(bytes))
}
