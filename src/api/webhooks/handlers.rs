//! Webhooks: `/webhooks`. Each account or machine client manages its own.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::users::UserQuery;
use crate::domain::id::WebhookId;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, NoContent, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::{ShownOnce, Stored};
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::permission::KeepWebhooks;
use crate::usecases::webhooks::input::{WebhookInput, WebhookPatch};
use crate::usecases::webhooks::secret::NewSecret;
use crate::usecases::webhooks::view::{WebhookView, WebhookWithSecret};
use crate::usecases::webhooks::{list, write};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["webhooks"; list_webhooks, create_webhook, get_webhook, update_webhook, delete_webhook]
}

/// Path parameters of one webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WebhookPath {
    /// The webhook's id.
    pub(crate) webhook_id: WebhookId,
}

/// List my webhooks
///
/// The caller's own webhooks, oldest first. Webhooks of a machine client belong to the client, not
/// to a person.
#[utoipa::path(get, path = "/webhooks")]
async fn list_webhooks(
    who: Permit<KeepWebhooks>,
    Query(page): Query<UserQuery>,
) -> Result<Rows<PageView<WebhookView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    who.rows(page, list::list).await
}

/// Create a webhook
///
/// From now on, events that the caller can see in `GET /events` are posted to `url`, signed
/// according to Standard Webhooks 1.0. The signing secret is returned only in this response. The
/// caller owns the webhook: each event is checked against the owner's permissions at the time of
/// delivery, and nothing is sent while the owner is disabled.
#[utoipa::path(
    post, path = "/webhooks",
    responses((status = 409, description = "The caller already has the maximum number of webhooks (20).")),
)]
async fn create_webhook(
    who: Permit<KeepWebhooks>,
    Body(input): Body<WebhookInput>,
    once: Once,
) -> Result<Stored<ShownOnce<Created<WebhookWithSecret>>>, Problem> {
    let hosts = who.app.config.webhook_hosts.clone();
    let secret = NewSecret::make(&who.app.hook_key)?;
    let shown = secret.clone();
    once.change(
        &who,
        move |ask| write::decide_creation(ask, &hosts, &secret, &input),
        write::create,
        move |webhook| shown_once(webhook, shown.clone()),
    )
    .await
}

/// The reply that shows a new secret, and the same reply without it.
pub(crate) fn shown_once(
    webhook: WebhookView,
    secret: NewSecret,
) -> ShownOnce<Created<WebhookWithSecret>> {
    let reply = |webhook: WebhookView, secret| Created {
        location: format!("/webhooks/{}", webhook.id),
        view: WebhookWithSecret { webhook, secret },
    };
    ShownOnce { kept: reply(webhook.clone(), None), sent: reply(webhook, Some(secret.into_text())) }
}

/// Show a webhook
///
/// One of the caller's own webhooks, with the hints of its secrets.
#[utoipa::path(get, path = "/webhooks/{webhook_id}")]
async fn get_webhook(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    _etag: Conditional,
) -> Result<Tagged<WebhookView>, Problem> {
    who.ask(move |ask| list::get(ask, at.webhook_id)).await.map(Tagged)
}

/// Change a webhook
///
/// Absent fields are left unchanged. A change of `kinds` or `project_id` applies to events that are
/// not yet queued. A webhook that is enabled again continues where it stopped and misses no event.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}")]
async fn update_webhook(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<WebhookPatch>,
) -> Result<Tagged<WebhookView>, Problem> {
    let hosts = who.app.config.webhook_hosts.clone();
    let id = at.webhook_id;
    who.change(move |ask| write::decide_update(ask, id, version, &hosts, &patch), write::update)
        .await
        .map(Tagged)
}

/// Delete a webhook
///
/// Also deletes its secrets and all its deliveries, including pending ones. To stop deliveries
/// temporarily, disable the webhook instead.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}")]
async fn delete_webhook(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    IfMatch(version): IfMatch,
) -> Result<NoContent, Problem> {
    let id = at.webhook_id;
    who.change(move |ask| write::decide_deletion(ask, id, version), write::delete).await?;
    Ok(NoContent)
}
