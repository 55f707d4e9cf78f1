//! Deliveries of a webhook: their list, their state, retries and test messages.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::webhooks::handlers::{WebhookPath, note};
use crate::api::webhooks::message::new_id;
use crate::domain::clock::Timestamp;
use crate::domain::id::{DeliveryId, WebhookId};
use crate::domain::webhook::url::AllowedHosts;
use crate::domain::webhook::{AttemptError, DeliveryState};
use crate::domain::words::{Language, Words};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::webhooks;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::deliveries;
use crate::store::webhooks::deliveries::Delivery;
use crate::store::{PageRequest, StoreError};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::permission::KeepWebhooks;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["webhooks"; list_deliveries, get_delivery, retry_delivery, test_webhook]
}

/// Path parameters of one delivery of a webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeliveryPath {
    /// The webhook's id.
    pub webhook_id: WebhookId,
    /// The delivery's id.
    pub delivery_id: DeliveryId,
}

/// Filters and paging of the list of deliveries.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only deliveries in one of these states.
    #[serde(default)]
    pub state: Vec<DeliveryState>,
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// A message queued for, or sent to, a webhook's receiver.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
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
    fn new(delivery: Delivery, language: Language) -> Self {
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

/// List deliveries of a webhook
///
/// Newest first. Delivered messages are kept for 30 days, failed ones until the webhook is deleted.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries")]
async fn list_deliveries(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    query: Query<DeliveryQuery>,
    language: Language,
) -> Result<Sheet<PageView<DeliveryView>>, Problem> {
    let (id, mine, asked) = (path.0.webhook_id, who.caller.user.id, query.0);
    let page = PageRequest::new(asked.limit, asked.cursor);
    let page = app
        .db
        .read(move |conn| {
            webhooks::get(conn, id, mine)?;
            deliveries::list(conn, id, &asked.state, &page)
        })
        .await?;
    Ok(Sheet(PageView::of(page, |delivery| DeliveryView::new(delivery, language))))
}

/// Show a delivery
///
/// One message to a webhook's receiver, with its state, the number of attempts and the last error.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}")]
async fn get_delivery(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<DeliveryPath>,
    language: Language,
    _held: Conditional,
) -> Result<Tagged<DeliveryView>, Problem> {
    let (Path(at), mine) = (path, who.caller.user.id);
    let delivery = app
        .db
        .read(move |conn| -> Result<_, StoreError> {
            webhooks::get(conn, at.webhook_id, mine)?;
            deliveries::get(conn, at.webhook_id, at.delivery_id)
        })
        .await?;
    Ok(Tagged(DeliveryView::new(delivery, language)))
}

/// Retry a delivery
///
/// Queues the message again for immediate delivery, whatever its state, with the same `webhook-id`.
/// The count of attempts starts again.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
    responses((status = 409, description = "The webhook is disabled, or its host is not allowed.")),
)]
async fn retry_delivery(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<DeliveryPath>,
    language: Language,
    once: Once,
) -> Result<Tagged<DeliveryView>, Problem> {
    let (author, now, mine) = (who.author(), app.clock.now(), who.caller.user.id);
    let (Path(at), hosts) = (path, app.config.webhook_hosts.clone());
    let view = once
        .write(&app, move |conn| -> Result<DeliveryView, Problem> {
            let hook = webhooks::get(conn, at.webhook_id, mine)?;
            let delivery = deliveries::get(conn, hook.id, at.delivery_id)?;
            must_be_sent(&hook, &hosts)?;
            deliveries::repeat(conn, delivery.id, now)?;
            let said = ("message_id", delivery.message_id.as_str());
            note(conn, &author, "webhook.delivery_retried", hook.id, said, now)?;
            let delivery = deliveries::get(conn, hook.id, delivery.id)?;
            Ok(DeliveryView::new(delivery, language))
        })
        .await?;
    Ok(Tagged(view))
}

/// Test a webhook
///
/// Queues a signed test message of type `webhook.ping`. Read the returned delivery to see the
/// result.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/test",
    responses((status = 409, description = "The webhook is disabled, or its host is not allowed.")),
)]
async fn test_webhook(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    language: Language,
    once: Once,
) -> Result<Created<DeliveryView>, Problem> {
    let (author, now, mine) = (who.author(), app.clock.now(), who.caller.user.id);
    let (id, hosts) = (path.0.webhook_id, app.config.webhook_hosts.clone());
    let message_id = new_id()?;
    let view = once
        .write(&app, move |conn| -> Result<DeliveryView, Problem> {
            let hook = webhooks::get(conn, id, mine)?;
            must_be_sent(&hook, &hosts)?;
            let delivery = deliveries::ping(conn, id, &message_id, now)?;
            note(conn, &author, "webhook.tested", id, ("message_id", &message_id), now)?;
            Ok(DeliveryView::new(delivery, language))
        })
        .await?;
    let location = format!("/webhooks/{id}/deliveries/{}", view.id);
    Ok(Created { view, location })
}

fn must_be_sent(hook: &Webhook, hosts: &AllowedHosts) -> Result<(), Problem> {
    if hook.disabled.is_some() {
        let detail = Words::new(
            "该 webhook 已停用。请先启用：PATCH …，{\"disabled\": false}。",
            "The webhook is disabled. Enable it first: PATCH it with {\"disabled\": false}.",
        );
        return Err(Problem::conflict("webhook-disabled", detail));
    }
    hosts.check(&hook.url).map_err(|refusal| Problem::conflict(refusal.code(), refusal.words()))
}
