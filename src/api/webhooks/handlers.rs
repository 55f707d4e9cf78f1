//! Webhooks: `/webhooks`. Each account or machine client manages its own.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::users::UserQuery;
use crate::api::webhooks::view::{
    Allowed, WebhookInput, WebhookPatch, WebhookView, WebhookWithSecret,
};
use crate::domain::clock::Timestamp;
use crate::domain::id::{UserId, WebhookId, WebhookSecretId};
use crate::domain::webhook::{MOST_SECRETS, MOST_WEBHOOKS, OVERLAP_HOURS};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, NoContent, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::http::tokens::random_text;
use crate::routes;
use crate::store::events;
use crate::store::events::seal;
use crate::store::events::{Author, Change, Event, changes};
use crate::store::webhooks;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::secrets as webhook_secrets;
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::PageView;
use crate::usecases::permission::KeepWebhooks;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["webhooks"; list_webhooks, create_webhook, get_webhook, update_webhook, delete_webhook,
        create_webhook_secret, end_webhook_secret]
}

/// Path parameters of one webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WebhookPath {
    /// The webhook's id.
    pub webhook_id: WebhookId,
}

/// Path parameters of one secret of a webhook.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WebhookSecretPath {
    /// The webhook's id.
    pub webhook_id: WebhookId,
    /// The secret's id.
    pub secret_id: WebhookSecretId,
}

/// Owner to filter by: callers can only access their own webhooks.
fn owner<P>(who: &Permit<P>) -> UserId {
    who.caller.user.id
}

fn allowed<P>(app: &App, who: &Permit<P>) -> Allowed {
    Allowed { hosts: app.config.webhook_hosts.clone(), sight: who.sees() }
}

/// List my webhooks
///
/// The caller's own webhooks, oldest first. Webhooks of a machine client belong to the client, not
/// to a person.
#[utoipa::path(get, path = "/webhooks")]
async fn list_webhooks(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    query: Query<UserQuery>,
) -> Result<Sheet<PageView<WebhookView>>, Problem> {
    let (mine, page) = (owner(&who), PageRequest::new(query.0.limit, query.0.cursor));
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let page = webhooks::list(conn, mine, &page)?;
            let (total, next_cursor) = (page.total, page.next_cursor);
            let views = page.items.into_iter().map(|hook| WebhookView::read(conn, hook));
            Ok(PageView { items: views.collect::<Result<_, _>>()?, total, next_cursor })
        })
        .await?;
    Ok(Sheet(view))
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
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    body: Body<WebhookInput>,
    once: Once,
) -> Result<Created<WebhookWithSecret>, Problem> {
    let (author, now, mine) = (who.author(), app.clock.now(), owner(&who));
    let (allowed, input, secret) = (allowed(&app, &who), body.0, NewSecret::make(&app)?);
    let kept = secret.clone();
    let view = once
        .write(&app, move |conn| -> Result<WebhookView, Problem> {
            // Seal pending events first, so that events recorded before the webhook exists are not
            // sent.
            seal::seal_all(conn)?;
            if webhooks::count(conn, mine)? >= MOST_WEBHOOKS {
                return Err(too_many());
            }
            let after_sequence = seal::head(conn)?;
            let new = allowed.fill(conn, &input, |url| Webhook {
                id: WebhookId(0),
                user: mine,
                url,
                kinds: Vec::new(),
                project: None,
                disabled: None,
                after_sequence,
                created_at: now,
                version: 1,
            })?;
            let id = webhooks::insert(conn, &new)?;
            kept.add(conn, id, now)?;
            let view = read(conn, id, mine)?;
            let event = Event::of("webhook.created", "webhook", id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(secret.created(view))
}

fn read(conn: &mut Conn, id: WebhookId, owner: UserId) -> Result<WebhookView, Problem> {
    let hook = webhooks::get(conn, id, owner)?;
    Ok(WebhookView::read(conn, hook)?)
}

/// Show a webhook
///
/// One of the caller's own webhooks, with the hints of its secrets.
#[utoipa::path(get, path = "/webhooks/{webhook_id}")]
async fn get_webhook(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    _held: Conditional,
) -> Result<Tagged<WebhookView>, Problem> {
    let (mine, id) = (owner(&who), path.0.webhook_id);
    Ok(Tagged(app.db.read(move |conn| read(conn, id, mine)).await?))
}

/// Change a webhook
///
/// Absent fields are left unchanged. A change of `kinds` or `project_id` applies to events that are
/// not yet queued. A webhook that is enabled again continues where it stopped and misses no event.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}")]
async fn update_webhook(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    version: IfMatch,
    body: Body<WebhookPatch>,
) -> Result<Tagged<WebhookView>, Problem> {
    let (author, now, mine) = (who.author(), app.clock.now(), owner(&who));
    let (allowed, patch, id) = (allowed(&app, &who), body.0, path.0.webhook_id);
    let view = app
        .db
        .write(move |conn| -> Result<WebhookView, Problem> {
            let before = webhooks::get(conn, id, mine)?;
            let hook = Webhook { version: version.0, ..before.clone() };
            let changed = allowed.apply(conn, &patch, hook, now)?;
            webhooks::save(conn, &changed)?;
            let (before, view) = (WebhookView::read(conn, before)?, read(conn, id, mine)?);
            let changed = changes(Some(&before), &view);
            let event = Event::of("webhook.updated", "webhook", id.0, changed);
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

/// Delete a webhook
///
/// Also deletes its secrets and all its deliveries, including pending ones. To stop deliveries
/// temporarily, disable the webhook instead.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}")]
async fn delete_webhook(
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    version: IfMatch,
) -> Result<NoContent, Problem> {
    let (author, now, mine, id) = (who.author(), app.clock.now(), owner(&who), path.0.webhook_id);
    app.db
        .write(move |conn| -> Result<(), Problem> {
            let hook = webhooks::get(conn, id, mine)?;
            webhooks::delete(conn, id, version.0)?;
            note(conn, &author, "webhook.deleted", id, ("url", &hook.url.to_string()), now)
        })
        .await?;
    Ok(NoContent)
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
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookPath>,
    once: Once,
) -> Result<Created<WebhookWithSecret>, Problem> {
    let (author, now, mine, id) = (who.author(), app.clock.now(), owner(&who), path.0.webhook_id);
    let secret = NewSecret::make(&app)?;
    let kept = secret.clone();
    let view = once
        .write(&app, move |conn| -> Result<WebhookView, Problem> {
            webhooks::get(conn, id, mine)?;
            let good = webhook_secrets::list(conn, id)?.into_iter().filter(|s| s.is_good(now));
            if good.count() >= MOST_SECRETS {
                return Err(two_secrets());
            }
            kept.add(conn, id, now)?;
            note(conn, &author, "webhook.secret_added", id, ("hint", &kept.hint), now)?;
            read(conn, id, mine)
        })
        .await?;
    Ok(secret.created(view))
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
    app: Data<App>,
    who: Permit<KeepWebhooks>,
    path: Path<WebhookSecretPath>,
) -> Result<NoContent, Problem> {
    let (author, now, mine) = (who.author(), app.clock.now(), owner(&who));
    let Path(WebhookSecretPath { webhook_id, secret_id }) = path;
    app.db
        .write(move |conn| -> Result<(), Problem> {
            webhooks::get(conn, webhook_id, mine)?;
            let all = webhook_secrets::list(conn, webhook_id)?;
            let others = || all.iter().filter(|s| s.id != secret_id && s.is_good(now));
            if others().next().is_none() && all.iter().any(|s| s.id == secret_id) {
                return Err(last_secret());
            }
            webhook_secrets::end(conn, webhook_id, secret_id)?;
            let hint = all.iter().find(|s| s.id == secret_id).map(|s| s.hint.clone());
            let said = ("hint", hint.unwrap_or_default());
            note(conn, &author, "webhook.secret_ended", webhook_id, (said.0, &said.1), now)
        })
        .await?;
    Ok(NoContent)
}

/// Records an event on a webhook with one detail: the name of a field and its value.
///
/// # Errors
/// Those of the store.
pub fn note(
    conn: &mut Conn,
    author: &Author,
    kind: &'static str,
    id: WebhookId,
    (field, said): (&str, &str),
    now: Timestamp,
) -> Result<(), Problem> {
    let event = Event::of(kind, "webhook", id.0, vec![Change::said(field, said)]);
    Ok(events::record(conn, author, now, &event)?)
}

fn too_many() -> Problem {
    let detail = Words::new(
        format!(
            "每个账号至多 {MOST_WEBHOOKS} 个 webhook。请先删除不再使用的：DELETE /webhooks/{{webhook_id}}。"
        ),
        format!(
            "An account can have at most {MOST_WEBHOOKS} webhooks. Delete one that is no longer used first: DELETE /webhooks/{{webhook_id}}."
        ),
    );
    Problem::conflict("too-many-webhooks", detail)
}

fn two_secrets() -> Problem {
    let detail = Words::new(
        "该 webhook 已有两个有效密钥。请等旧密钥到期，或先将其停用：DELETE …/secrets/{secret_id}。",
        "The webhook already has two active secrets. Wait until the old one expires, or delete it first: DELETE …/secrets/{secret_id}.",
    );
    Problem::conflict("two-secrets", detail)
}

fn last_secret() -> Problem {
    let detail = Words::new(
        "这是唯一有效的密钥。请先新建一个：POST …/secrets；不再需要发送时请停用该 webhook。",
        "This is the only active secret of the webhook. Add another one first: POST …/secrets; to stop deliveries, disable the webhook.",
    );
    Problem::conflict("last-secret", detail)
}

/// A newly generated secret.
#[derive(Clone)]
struct NewSecret {
    text: String,
    hint: String,
    salt: String,
    fingerprint: String,
}

impl NewSecret {
    /// Generates 256 random bits as the salt and derives the secret from it with the server's key.
    fn make(app: &App) -> Result<Self, Problem> {
        let salt = random_text().map_err(Problem::broken)?;
        let secret = app.hook_key.secret(&salt);
        let (text, fingerprint) = (secret.text(), secret.fingerprint());
        let hint = text.chars().take(10).collect();
        Ok(Self { text, hint, salt, fingerprint })
    }

    fn add(&self, conn: &mut Conn, id: WebhookId, now: Timestamp) -> Result<(), Problem> {
        let kept = (self.salt.as_str(), self.fingerprint.as_str(), self.hint.as_str());
        Ok(webhook_secrets::add(conn, id, kept, (now, now.plus_hours(OVERLAP_HOURS)))?)
    }

    /// Builds the response. It contains the secret unless the request was an idempotent replay.
    fn created(self, webhook: WebhookView) -> Created<WebhookWithSecret> {
        let location = format!("/webhooks/{}", webhook.id);
        let mine = webhook.secrets.iter().any(|s| s.hint == self.hint);
        let view = WebhookWithSecret { webhook, secret: mine.then_some(self.text) };
        Created { view, location }
    }
}
