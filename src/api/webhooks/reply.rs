//! Replies whose stored form of release 0.1.0 does not stand below the path of the request.

use serde_json::Value;

use crate::http::reply::Created;
use crate::http::signature::{Entry, Reply};
use crate::http::stored::{Format1Headers, Outcome, StoredReply};
use crate::usecases::refusal::Refusal;
use crate::usecases::webhooks::view::{DeliveryView, WebhookWithSecret};

/// 201 with the queued test message.
pub(crate) struct QueuedTest(pub(crate) Created<DeliveryView>);

impl Reply for QueuedTest {
    fn describe(entry: &mut Entry) {
        Created::<DeliveryView>::describe(entry);
    }
}

impl Outcome for QueuedTest {
    const STATUS: u16 = 201;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        self.0.sent()
    }

    /// The message stands among the deliveries, not below `test`.
    fn headers_of_format_1(answer: &Value, path: &str) -> Format1Headers {
        let number = |name: &str| answer.get(name).and_then(Value::as_i64);
        let hook = path.strip_suffix("/test").unwrap_or(path);
        let location = number("id").map(|id| format!("{hook}/deliveries/{id}"));
        Format1Headers { location, version: number("version") }
    }
}

/// 201 with the webhook that has a secret more.
pub(crate) struct AddedSecret(pub(crate) Created<WebhookWithSecret>);

impl Reply for AddedSecret {
    fn describe(entry: &mut Entry) {
        Created::<WebhookWithSecret>::describe(entry);
    }
}

impl Outcome for AddedSecret {
    const STATUS: u16 = 201;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        self.0.sent()
    }

    /// The answer is the webhook, which stands above `secrets`.
    fn headers_of_format_1(answer: &Value, path: &str) -> Format1Headers {
        let location = path.strip_suffix("/secrets").map(str::to_owned);
        Format1Headers { location, version: answer.get("version").and_then(Value::as_i64) }
    }
}
