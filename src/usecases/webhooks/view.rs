//! Answers about webhooks and their deliveries.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{DeliveryId, ProjectId, WebhookId, WebhookSecretId};
use crate::domain::webhook::{AttemptError, DeliveryState, DisabledBecause};
use crate::domain::words::Language;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::deliveries::Delivery;
use crate::store::webhooks::secrets::WebhookSecret;
use crate::usecases::answer::Versioned;

/// A webhook: a URL to which events are posted.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookView {
    /// The webhook's id.
    pub id: WebhookId,
    /// URL that messages are posted to.
    #[schema(example = "https://hooks.example.org/major-projects")]
    pub url: String,
    /// Kinds of events sent; empty for all kinds.
    pub kinds: Vec<String>,
    /// Project whose events are sent; null for all projects.
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<ProjectId>,
    /// Time the webhook was disabled; null if it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// Why the webhook is disabled; absent if it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disabled_because: Option<DisabledBecause>,
    /// Secrets, newest first; two during a rotation.
    pub secrets: Vec<WebhookSecretView>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

/// A webhook's secret, without the secret itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub(crate) struct WebhookSecretView {
    /// The secret's id.
    pub id: WebhookSecretId,
    /// First characters of the secret, to recognise it by.
    #[schema(example = "whsec_Hc81")]
    pub hint: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time from which the secret no longer signs; null if none is set.
    pub ends_at: Option<Timestamp>,
}

impl From<WebhookSecret> for WebhookSecretView {
    fn from(secret: WebhookSecret) -> Self {
        let WebhookSecret { id, hint, created_at, ends_at, .. } = secret;
        Self { id, hint, created_at, ends_at }
    }
}

impl Versioned for WebhookView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl WebhookView {
    /// The answer about `hook` with its secrets, newest first.
    pub(crate) fn new(hook: Webhook, secrets: Vec<WebhookSecret>) -> Self {
        Self {
            id: hook.id,
            url: hook.url.to_string(),
            kinds: hook.kinds,
            project_id: hook.project,
            disabled_at: hook.disabled.map(|disabled| disabled.at),
            disabled_because: hook.disabled.map(|disabled| disabled.because),
            secrets: secrets.into_iter().map(WebhookSecretView::from).collect(),
            created_at: hook.created_at,
            version: hook.version,
        }
    }
}

/// A webhook and its newly created secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// The signing secret, in the format that Standard Webhooks libraries expect. It is returned
    /// only once; null in a response replayed for the same `Idempotency-Key`.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

impl Versioned for WebhookWithSecret {
    fn version(&self) -> i64 {
        self.webhook.version
    }
}

/// A message queued for, or sent to, a webhook's receiver.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryView {
    /// The delivery's id.
    pub id: DeliveryId,
    /// Message id, sent as `webhook-id`; the same in every attempt.
    pub message_id: String,
    /// Kind of the event.
    #[schema(example = "report.confirmed")]
    pub kind: String,
    /// Sequence number of the event in `GET /events`; null for a test message.
    pub sequence: Option<i64>,
    /// Delivery state.
    pub state: DeliveryState,
    /// Number of attempts made.
    pub attempts: i32,
    /// Time of the last attempt; null if there was none.
    pub last_attempt_at: Option<Timestamp>,
    /// Time of the next attempt; null unless the delivery is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// HTTP status of the receiver's last response; null if there was no response.
    pub response_status: Option<i32>,
    /// Why the last attempt failed; absent if it did not fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<AttemptError>,
    /// Explanation of `error` and what to do about it, in the caller's language; empty if there is
    /// no error.
    pub error_detail: String,
    /// Time the message was queued.
    pub created_at: Timestamp,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

impl DeliveryView {
    /// The answer about `delivery`, with the error explained in `language`.
    pub(crate) fn new(delivery: Delivery, language: Language) -> Self {
        let words = delivery.error.map(|e| e.words(delivery.response_status).say(language));
        Self {
            id: delivery.id,
            message_id: delivery.message_id,
            kind: delivery.kind,
            sequence: delivery.sequence,
            state: delivery.state,
            attempts: delivery.attempts,
            last_attempt_at: delivery.last_attempt_at,
            next_attempt_at: delivery.next_attempt_at,
            response_status: delivery.response_status,
            error: delivery.error,
            error_detail: words.unwrap_or_default(),
            created_at: delivery.created_at,
            version: delivery.version,
        }
    }
}

impl Versioned for DeliveryView {
    fn version(&self) -> i64 {
        self.version
    }
}
