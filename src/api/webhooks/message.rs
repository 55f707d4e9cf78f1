//! Messages sent to webhooks: an event of the feed in the envelope of Standard Webhooks 1.0.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::api::events::feed::FeedEvent;
use crate::api::events::history::EventView;
use crate::domain::clock::Timestamp;
use crate::domain::webhook::PING;
use crate::domain::webhook::signature::HookSecret;
use crate::http::problem::Problem;
use crate::store::events;
use crate::store::webhooks::Reader;
use crate::store::webhooks::deliveries::Delivery;
use crate::store::{Conn, Result as StoreResult};

/// A message sent to a webhook's receiver.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookMessage {
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
pub fn body(conn: &mut Conn, delivery: &Delivery, reader: Reader) -> StoreResult<Option<String>> {
    let Some(sequence) = delivery.sequence else {
        let data = json!({"webhook_id": delivery.webhook, "delivery_id": delivery.id});
        let ping = json!({"type": PING, "timestamp": delivery.created_at, "data": data});
        return Ok(Some(ping.to_string()));
    };
    let found = events::feed(conn, &reader.only(sequence), 1)?;
    let message = found.into_iter().next().map(|(sequence, event)| {
        let event = EventView::from(event);
        let (kind, timestamp) = (event.kind.clone(), event.at);
        WebhookMessage { kind, timestamp, data: FeedEvent { sequence, event } }
    });
    let text = message.as_ref().map(serde_json::to_string).transpose();
    text.map_err(crate::store::StoreError::broken)
}

/// Headers of an attempt at `now`: the message id, the time of the attempt, and one signature per
/// active secret.
pub fn headers(
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
pub fn new_id() -> Result<String, Problem> {
    Ok(format!("msg_{}", crate::http::tokens::random_text().map_err(Problem::broken)?))
}

/// The message and its headers as the OpenAPI document describes them.
pub fn described() -> Map<String, Value> {
    let header = |name: &str, description: &str, example: &str| {
        json!({"name": name, "in": "header", "required": true, "description": description,
            "schema": {"type": "string"}, "example": example})
    };
    let receive = json!({"post": {
        "tags": ["webhooks"],
        "operationId": "receive_event",
        "summary": "Receive an event",
        "description": "Request sent to a webhook's `url`, following Standard Webhooks 1.0. Respond with 2xx within 15 seconds and process \
            the message afterwards. Any other response counts as a failure, and the message is sent again with the same \
            `webhook-id`: ten attempts in all over about three days. 410 disables the webhook. Redirects are not followed. A test \
            message has the type `webhook.ping`, and its `data` contains `webhook_id` and `delivery_id`.",
        "security": [],
        "parameters": [
            header("webhook-id", "Message id, the same in every attempt; use it to detect duplicates.", "msg_5Hc81TzQ"),
            header("webhook-timestamp", "Time of this attempt in Unix seconds; reject messages older than five minutes.", "1625104800"),
            header("webhook-signature", "Signatures separated by spaces, one per active secret. Each is `v1,` followed by the base64 of HMAC-SHA-256 \
                over `id.timestamp.body`. The message is authentic if any signature matches.", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookMessage"}}}},
        "responses": {
            "204": {"description": "The message was received."},
            "410": {"description": "The receiver wants no more messages; the webhook is disabled."},
        },
    }});
    Map::from_iter([("event".to_owned(), receive)])
}
