//! The messages to receivers in the OpenAPI document.

use serde_json::{Map, Value, json};

/// The message and its headers as the OpenAPI document describes them.
pub(crate) fn described() -> Map<String, Value> {
    let header = |name: &str, description: &str, example: &str| {
        json!({"name": name, "in": "header", "required": true, "description": description,
            "schema": {"type": "string"}, "example": example})
    };
    let receive = json!({"post": {
        "tags": ["webhook_messages"],
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
