//! Secrets of a webhook.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::webhooks::handlers::{WebhookPath, shown_once};
use crate::domain::id::{WebhookId, WebhookSecretId};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Created;
use crate::http::reply::NoContent;
use crate::http::routes::Routes;
use crate::http::stored::{ShownOnce, Stored};
use crate::routes;
use crate::usecases::permission::KeepWebhooks;
use crate::usecases::webhooks::secret::{self, NewSecret};
use crate::usecases::webhooks::view::WebhookWithSecret;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["webhooks"; create_webhook_secret, end_webhook_secret]
}

/// Path parameters of one secret of a webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct WebhookSecretPath {
    /// The webhook's id.
    webhook_id: WebhookId,
    /// The secret's id.
    secret_id: WebhookSecretId,
}

/// Add a secret to a webhook
///
/// To rotate secrets: add the new secret, configure it in the receiver along with the old one, then
/// remove the old one there. For 72 hours messages carry one signature per secret; then the old
/// secret expires. It can be ended earlier by deleting it. The new secret is returned only in this
/// response.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/secrets",
    responses((status = 409, description = "The webhook already has two active secrets; delete one first.")),
)]
async fn create_webhook_secret(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookPath>,
    once: Once,
) -> Result<Stored<ShownOnce<Created<WebhookWithSecret>>>, Problem> {
    let new = NewSecret::make(&who.app.hook_key)?;
    let shown = new.clone();
    once.change(
        &who,
        move |ask| secret::decide_addition(ask, at.webhook_id, &new),
        secret::add,
        move |webhook| shown_once(webhook, shown.clone()),
    )
    .await
}

/// Delete a secret of a webhook
///
/// The secret stops signing immediately. The only active secret of a webhook cannot be deleted; add
/// another one first.
#[utoipa::path(
    delete, path = "/webhooks/{webhook_id}/secrets/{secret_id}",
    responses((status = 409, description = "This is the only active secret of the webhook.")),
)]
async fn end_webhook_secret(
    who: Permit<KeepWebhooks>,
    Path(at): Path<WebhookSecretPath>,
) -> Result<NoContent, Problem> {
    who.change(move |ask| secret::decide_end(ask, at.webhook_id, at.secret_id), secret::end)
        .await?;
    Ok(NoContent)
}
