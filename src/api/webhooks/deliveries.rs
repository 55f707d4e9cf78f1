//! Deliveries of a webhook: their list, their state, retries and test messages.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::webhooks::handlers::WebhookPath;
use crate::domain::id::{DeliveryId, WebhookId};
use crate::domain::webhook::DeliveryState;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::permission::KeepWebhooks;
use crate::usecases::webhooks::deliveries::{self, DeliveryKey};
use crate::usecases::webhooks::message::new_id;
use crate::usecases::webhooks::view::DeliveryView;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["webhooks"; list_deliveries, get_delivery, retry_delivery, test_webhook]
}

/// Path parameters of one delivery of a webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DeliveryPath {
    /// The webhook's id.
    webhook_id: WebhookId,
    /// The delivery's id.
    delivery_id: DeliveryId,
}

impl From<DeliveryPath> for DeliveryKey {
    fn from(path: DeliveryPath) -> Self {
        Self { webhook: path.webhook_id, delivery: path.delivery_id }
    }
}

/// Filters and paging of the list of deliveries.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// Only deliveries in one of these states.
    #[serde(default)]
    state: Vec<DeliveryState>,
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List deliveries of a webhook
///
/// Newest first. Delivered messages are kept for 30 days, failed ones until the webhook is deleted.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries")]
async fn list_deliveries(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Rows<PageView<DeliveryView>>, Problem> {
    let DeliveryQuery { state, limit, cursor } = query;
    let page = PageRequest::new(limit, cursor);
    who.rows(page, move |ask, page| deliveries::list(ask, at.webhook_id, &state, page)).await
}

/// Show a delivery
///
/// One message to a webhook's receiver, with its state, the number of attempts and the last error.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}")]
async fn get_delivery(
    who: Permit<KeepWebhooks>,
    Path(at): Path<DeliveryPath>,
    _etag: Conditional,
) -> Result<Tagged<DeliveryView>, Problem> {
    who.ask(move |ask| deliveries::get(ask, at.into())).await.map(Tagged)
}

/// Retry a delivery
///
/// Queues the message again for immediate delivery, in any state, with the same `webhook-id`.
/// The count of attempts starts again.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
    responses((status = 409, description = "The webhook is disabled, or its host is not allowed.")),
)]
async fn retry_delivery(
    who: Permit<KeepWebhooks>,
    Path(at): Path<DeliveryPath>,
    once: Once,
) -> Result<Stored<Tagged<DeliveryView>>, Problem> {
    let hosts = who.app.config.webhook_hosts.clone();
    once.change(
        &who,
        move |ask| deliveries::decide_retry(ask, at.into(), &hosts),
        deliveries::retry,
        Tagged,
    )
    .await
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
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    once: Once,
) -> Result<Stored<Created<DeliveryView>>, Problem> {
    let id = at.webhook_id;
    let hosts = who.app.config.webhook_hosts.clone();
    let message_id = new_id()?;
    once.change(
        &who,
        move |ask| deliveries::decide_test(ask, id, &hosts, &message_id),
        deliveries::test,
        move |view: DeliveryView| {
            let location = format!("/webhooks/{id}/deliveries/{}", view.id);
            Created { view, location }
        },
    )
    .await
}
