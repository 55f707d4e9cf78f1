//! Messages sent to webhooks: an event of the feed in the envelope of Standard Webhooks 1.0.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::webhook::PING;
use crate::domain::webhook::signature::HookSecret;
use crate::store::webhooks::Reader;
use crate::store::webhooks::deliveries::Delivery;
use crate::store::{Conn, StoreError, events};
use crate::usecases::events::view::FeedEvent;
use crate::usecases::random::random_text;
use crate::usecases::refusal::Refusal;

/// A message sent to a webhook's receiver.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookMessage {
    /// Kind of the event.
    #[serde(rename = "type")]
    #[schema(example = "report.confirmed")]
    pub kind: String,
    /// Time of the event.
    pub timestamp: Timestamp,
    /// The event as `GET /events` returns it to the webhook's owner.
    pub data: FeedEvent,
}

/// Body of a delivery's message, as its owner may see it now; `None` if the owner may no longer see
/// the event.
///
/// # Errors
/// Those of the store.
pub(crate) fn body(
    conn: &mut Conn,
    delivery: &Delivery,
    reader: Reader,
) -> Result<Option<String>, StoreError> {
    let Some(sequence) = delivery.sequence else {
        let data = json!({"webhook_id": delivery.webhook, "delivery_id": delivery.id});
        let ping = json!({"type": PING, "timestamp": delivery.created_at, "data": data});
        return Ok(Some(ping.to_string()));
    };
    let found = events::read::feed(conn, &reader.only(sequence), 1)?;
    let message = found.into_iter().next().map(|sealed| {
        let data = FeedEvent::of(sealed, reader.sees_origins());
        WebhookMessage { kind: data.event.kind.clone(), timestamp: data.event.at, data }
    });
    let text = message.as_ref().map(serde_json::to_string).transpose();
    text.map_err(StoreError::broken)
}

/// Headers of an attempt at `now`: the message id, the time of the attempt, and one signature per
/// active secret.
pub(crate) fn headers(
    message_id: &str,
    secrets: &[HookSecret],
    now: Timestamp,
    body: &str,
) -> [(&'static str, String); 3] {
    let seconds = now.unix_seconds();
    let signatures: Vec<String> =
        secrets.iter().map(|secret| secret.sign(message_id, seconds, body)).collect();
    [
        ("webhook-id", message_id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

/// Generates a message id.
///
/// # Errors
/// The operating system provides no random bytes.
pub(crate) fn new_id() -> Result<String, Refusal> {
    Ok(format!("msg_{}", random_text().map_err(Refusal::broken)?))
}
