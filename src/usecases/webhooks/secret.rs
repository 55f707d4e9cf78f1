//! Secrets of webhooks: made, added, ended.

use crate::domain::clock::Timestamp;
use crate::domain::id::{UserId, WebhookId, WebhookSecretId};
use crate::domain::webhook::signature::HookKey;
use crate::domain::webhook::{MOST_SECRETS, OVERLAP_HOURS};
use crate::domain::words::Words;
use crate::store::events::FieldChange;
use crate::store::webhooks::secrets::{self, NewWebhookSecret};
use crate::store::{Conn, StoreError, webhooks};
use crate::usecases::ask::Ask;
use crate::usecases::random::random_text;
use crate::usecases::refusal::Refusal;
use crate::usecases::webhooks::view::WebhookView;
use crate::usecases::webhooks::{WebhookDetail, list};

/// A new secret. Only its salt, fingerprint and hint are stored.
#[derive(Clone)]
pub(crate) struct NewSecret {
    text: String,
    stored: NewWebhookSecret,
}

impl NewSecret {
    /// Makes a secret from 256 random bits, which are its salt, with the server's key.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(crate) fn make(key: &HookKey) -> Result<Self, Refusal> {
        let salt = random_text().map_err(Refusal::broken)?;
        let secret = key.secret(&salt);
        let text = secret.text();
        let hint = text.chars().take(10).collect();
        let stored = NewWebhookSecret { salt, fingerprint: secret.fingerprint(), hint };
        Ok(Self { text, stored })
    }

    /// The secret, to be shown once.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn add(
        &self,
        conn: &mut Conn,
        hook: WebhookId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        secrets::add(conn, hook, &self.stored, now, now.plus_hours(OVERLAP_HOURS))
    }
}

/// A secret that is to be added to a webhook.
pub(crate) struct SecretAddition {
    owner: UserId,
    secret: NewSecret,
    detail: WebhookDetail,
}

/// Adds a secret to a webhook of the caller; the others end when the overlap is over.
///
/// # Errors
/// Not found; `two-secrets`.
pub(crate) fn decide_addition(
    ask: &mut Ask<'_>,
    id: WebhookId,
    secret: &NewSecret,
) -> Result<SecretAddition, Refusal> {
    list::owned(ask, id)?;
    let now = ask.now.instant;
    let good = secrets::list(ask.conn, id)?.into_iter().filter(|secret| secret.is_good(now));
    if good.count() >= MOST_SECRETS {
        return Err(two_secrets());
    }
    let change = FieldChange::said("hint", &secret.stored.hint);
    let detail = WebhookDetail::new(ask, "webhook.secret_added", id, change);
    Ok(SecretAddition { owner: ask.caller.user.id, secret: secret.clone(), detail })
}

/// Adds the secret and records its event.
///
/// # Errors
/// Database errors only.
pub(crate) fn add(conn: &mut Conn, addition: SecretAddition) -> Result<WebhookView, Refusal> {
    let SecretAddition { owner, secret, detail } = addition;
    let id = detail.id;
    secret.add(conn, id, detail.at)?;
    detail.record(conn)?;
    let hook = webhooks::get(conn, id, owner)?;
    Ok(WebhookView::new(hook, secrets::list(conn, id)?))
}

/// A secret that is to stop signing.
pub(crate) struct SecretEnd {
    secret: WebhookSecretId,
    detail: WebhookDetail,
}

/// Ends a secret of a webhook of the caller at once.
///
/// # Errors
/// Not found; `last-secret`.
pub(crate) fn decide_end(
    ask: &mut Ask<'_>,
    id: WebhookId,
    secret: WebhookSecretId,
) -> Result<SecretEnd, Refusal> {
    list::owned(ask, id)?;
    let now = ask.now.instant;
    let all = secrets::list(ask.conn, id)?;
    let ended = all.iter().find(|known| known.id == secret).ok_or_else(Refusal::not_found)?;
    if !all.iter().any(|other| other.id != secret && other.is_good(now)) {
        return Err(last_secret());
    }
    let change = FieldChange::said("hint", &ended.hint);
    let detail = WebhookDetail::new(ask, "webhook.secret_ended", id, change);
    Ok(SecretEnd { secret, detail })
}

/// Ends the secret and records its event.
///
/// # Errors
/// Not found when it has been ended already.
pub(crate) fn end(conn: &mut Conn, end: SecretEnd) -> Result<(), Refusal> {
    let SecretEnd { secret, detail } = end;
    secrets::end(conn, detail.id, secret)?;
    Ok(detail.record(conn)?)
}

fn two_secrets() -> Refusal {
    let words = Words::new(
        "该 webhook 已有两个有效密钥。请等旧密钥到期，或先将其停用：DELETE …/secrets/{secret_id}。",
        "The webhook already has two active secrets. Wait until the old one expires, or delete it first: DELETE …/secrets/{secret_id}.",
    );
    Refusal::conflict("two-secrets", words)
}

fn last_secret() -> Refusal {
    let words = Words::new(
        "这是唯一有效的密钥。请先新建一个：POST …/secrets；不再需要发送时请停用该 webhook。",
        "This is the only active secret of the webhook. Add another one first: POST …/secrets; to stop deliveries, disable the webhook.",
    );
    Refusal::conflict("last-secret", words)
}
