//! Creating, changing and deleting webhooks.

use crate::domain::clock::Timestamp;
use crate::domain::id::WebhookId;
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::domain::webhook::{DisabledBecause, MOST_WEBHOOKS};
use crate::domain::words::Words;
use crate::store::events::{self, Author, Event, FieldChange, changes, seal};
use crate::store::webhooks::recorded::RecordedWebhook;
use crate::store::webhooks::{self, Disabled, Webhook, secrets};
use crate::store::{Conn, StoreError};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::webhooks::input::{WebhookFields, WebhookInput, WebhookPatch};
use crate::usecases::webhooks::secret::NewSecret;
use crate::usecases::webhooks::view::WebhookView;
use crate::usecases::webhooks::{WebhookDetail, list};

/// A webhook that is to be created with its first secret.
pub(crate) struct WebhookCreation {
    hook: Webhook,
    secret: NewSecret,
    stamp: Stamp,
}

/// Creates a webhook of the caller.
///
/// # Errors
/// `too-many-webhooks`; invalid with every wrong field.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    hosts: &AllowedHosts,
    secret: &NewSecret,
    input: &WebhookInput,
) -> Result<WebhookCreation, Refusal> {
    let user = ask.caller.user.id;
    if webhooks::count(ask.conn, user)? >= MOST_WEBHOOKS {
        return Err(too_many());
    }
    let WebhookInput { url, kinds, project_id } = input;
    let project = *project_id;
    let fields = WebhookFields { url: Some(url), kinds: Some(kinds), project };
    let checked = fields.check(ask, hosts)?;
    let hook = Webhook {
        id: WebhookId(0),
        user,
        url: checked.url.ok_or_else(|| Refusal::broken("a webhook without an address"))?,
        kinds: checked.kinds.unwrap_or_default(),
        project,
        disabled: None,
        after_sequence: 0,
        created_at: ask.now.instant,
        version: 1,
    };
    Ok(WebhookCreation { hook, secret: secret.clone(), stamp: ask.stamp() })
}

/// Creates the webhook and records its event.
///
/// # Errors
/// Database errors only.
pub(crate) fn create(conn: &mut Conn, creation: WebhookCreation) -> Result<WebhookView, Refusal> {
    let WebhookCreation { hook, secret, stamp } = creation;
    // Seal pending events first, so that events recorded before the webhook exists are not sent.
    seal::seal_all(conn)?;
    let new = Webhook { after_sequence: seal::head(conn)?, ..hook };
    let id = webhooks::insert(conn, &new)?;
    secret.add(conn, id, stamp.now.instant)?;
    let after = webhooks::get(conn, id, new.user)?;
    let secrets = secrets::list(conn, id)?;
    let changes = changes(None, &RecordedWebhook::new(&after, &secrets));
    let event = Event::of("webhook.created", "webhook", id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(WebhookView::new(after, secrets))
}

/// A webhook before and after a change.
pub(crate) struct WebhookChange {
    before: Webhook,
    after: Webhook,
    stamp: Stamp,
}

/// Changes a webhook of the caller.
///
/// # Errors
/// Not found; invalid with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: WebhookId,
    version: impl Into<Expected>,
    hosts: &AllowedHosts,
    patch: &WebhookPatch,
) -> Result<WebhookChange, Refusal> {
    let before = list::owned(ask, id)?;
    let WebhookPatch { url, kinds, project_id, disabled } = patch;
    let project = project_id.flatten();
    let fields = WebhookFields { url: url.as_deref(), kinds: kinds.as_deref(), project };
    let checked = fields.check(ask, hosts)?;
    let disabling = Disabled { at: ask.now.instant, because: DisabledBecause::Owner };
    let current = before.clone();
    let after = Webhook {
        version: version.into().of(current.version),
        url: checked.url.unwrap_or(current.url),
        kinds: checked.kinds.unwrap_or(current.kinds),
        project: project_id.unwrap_or(current.project),
        disabled: match disabled {
            Some(true) => current.disabled.or(Some(disabling)),
            Some(false) => None,
            None => current.disabled,
        },
        ..current
    };
    Ok(WebhookChange { before, after, stamp: ask.stamp() })
}

/// Saves the change and records its event.
///
/// # Errors
/// Stale when somebody else changed the webhook.
pub(crate) fn update(conn: &mut Conn, change: WebhookChange) -> Result<WebhookView, Refusal> {
    let WebhookChange { before, after, stamp } = change;
    webhooks::save(conn, &after)?;
    let after = webhooks::get(conn, after.id, after.user)?;
    let secrets = secrets::list(conn, after.id)?;
    let recorded = RecordedWebhook::new(&after, &secrets);
    let changes = changes(Some(&RecordedWebhook::new(&before, &secrets)), &recorded);
    let event = Event::of("webhook.updated", "webhook", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(WebhookView::new(after, secrets))
}

/// A webhook that is to be deleted with its secrets and deliveries.
pub(crate) struct WebhookDeletion {
    version: i64,
    detail: WebhookDetail,
}

/// Deletes a webhook of the caller.
///
/// # Errors
/// Not found.
pub(crate) fn decide_deletion(
    ask: &mut Ask<'_>,
    id: WebhookId,
    version: impl Into<Expected>,
) -> Result<WebhookDeletion, Refusal> {
    let hook = list::owned(ask, id)?;
    let version = version.into().of(hook.version);
    let change = FieldChange::said("url", &hook.url.to_string());
    let detail = WebhookDetail::new(ask, "webhook.deleted", id, change);
    Ok(WebhookDeletion { version, detail })
}

/// Deletes the webhook and records its event.
///
/// # Errors
/// Stale when somebody else changed the webhook.
pub(crate) fn delete(conn: &mut Conn, deletion: WebhookDeletion) -> Result<(), Refusal> {
    let WebhookDeletion { version, detail } = deletion;
    webhooks::delete(conn, detail.id, version)?;
    Ok(detail.record(conn)?)
}

/// Disables a webhook whose receiver no longer exists (HTTP 410).
///
/// # Errors
/// Those of the store.
pub(crate) fn disable_gone(
    conn: &mut Conn,
    id: WebhookId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(hook) = webhooks::find(conn, id)?.filter(|hook| hook.disabled.is_none()) else {
        return Ok(());
    };
    let because = DisabledBecause::Gone;
    let disabled = Some(Disabled { at: now, because });
    webhooks::save(conn, &Webhook { disabled, ..hook })?;
    let change = FieldChange::said("disabled_because", because.as_str());
    let author = Author::system("webhooks");
    WebhookDetail { kind: "webhook.disabled", id, change, author, at: now }.record(conn)
}

fn too_many() -> Refusal {
    let words = Words::new(
        format!(
            "每个账号至多 {MOST_WEBHOOKS} 个 webhook。请先删除不再使用的：DELETE /webhooks/{{webhook_id}}。"
        ),
        format!(
            "An account can have at most {MOST_WEBHOOKS} webhooks. Delete one that is no longer used first: DELETE /webhooks/{{webhook_id}}."
        ),
    );
    Refusal::conflict("too-many-webhooks", words)
}
