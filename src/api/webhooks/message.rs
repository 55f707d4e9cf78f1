//! What a webhook is sent: an event as the feed shows it, in the envelope of Standard Webhooks.

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

/// What a webhook's receiver is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookMessage {
    /// What was done: the event's kind.
    #[serde(rename = "type")]
    #[schema(example = "report.confirmed")]
    pub kind: String,
    /// When it was done.
    pub timestamp: Timestamp,
    /// The event as `GET /events` shows it to the webhook's owner.
    pub data: FeedEvent,
}

/// The body of a delivery's message as its owner may see it now; none when the event is out of
/// sight.
///
/// # Errors
/// The store's.
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

/// The headers of an attempt at `now`: the same id as at every other, and a signature by each
/// secret that is good.
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

/// A new id for a message.
///
/// # Errors
/// The system gives no random bytes.
pub fn new_id() -> Result<String, Problem> {
    Ok(format!("msg_{}", crate::http::tokens::random_text().map_err(Problem::broken)?))
}

/// The message as the document describes it.
pub fn described() -> Map<String, Value> {
    let header = |name: &str, description: &str, example: &str| {
        json!({"name": name, "in": "header", "required": true, "description": description,
            "schema": {"type": "string"}, "example": example})
    };
    let receive = json!({"post": {
        "tags": ["webhooks"],
        "operationId": "receive_event",
        "summary": "Receive an event",
        "description": "What a webhook's `url` is sent, by Standard Webhooks 1.0. Answer 2xx within 15 seconds and do \
            the work afterwards. Any other answer counts as failed: the same message comes again with the same \
            `webhook-id`, ten times over about three days. 410 disables the webhook. Redirects are not followed. A test \
            has the type `webhook.ping` and `data` that names the webhook.",
        "security": [],
        "parameters": [
            header("webhook-id", "The message's id, the same at every attempt: what came twice is known by it.", "msg_5Hc81TzQ"),
            header("webhook-timestamp", "The second of this attempt, since 1970; refuse what is older than five minutes.", "1625104800"),
            header("webhook-signature", "`v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`; one for each secret \
                that is good, with a space between. One that is right is enough.", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookMessage"}}}},
        "responses": {
            "204": {"description": "It was received."},
            "410": {"description": "Send no more: the webhook is disabled."},
        },
    }});
    Map::from_iter([("event".to_owned(), receive)])
}
