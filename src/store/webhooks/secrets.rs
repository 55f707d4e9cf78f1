//! Webhook secrets. Only salts are stored; see [`crate::domain::webhook::signature::HookKey`].

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{WebhookId, WebhookSecretId};
use crate::store::schema::webhook_secrets as secrets;
use crate::store::{Conn, Result, StoreError, webhooks};

/// Secret of a webhook, without its value.
#[derive(Clone, Debug)]
pub(crate) struct WebhookSecret {
    /// Its id.
    pub id: WebhookSecretId,
    /// Salt from which it is derived.
    pub salt: String,
    /// Digest of the secret; differs if the server key has changed since.
    pub fingerprint: String,
    /// First characters of the secret, to tell secrets apart.
    pub hint: String,
    /// Instant of creation.
    pub created_at: Timestamp,
    /// Instant after which it no longer signs; `None` if it does not expire.
    pub ends_at: Option<Timestamp>,
}

impl WebhookSecret {
    /// True if it signs messages at `now`.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|ends| now < ends)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = secrets)]
struct Row {
    id: i64,
    salt: String,
    fingerprint: String,
    hint: String,
    created_at: NaiveDateTime,
    ends_at: Option<NaiveDateTime>,
}

impl From<Row> for WebhookSecret {
    fn from(row: Row) -> Self {
        Self {
            id: WebhookSecretId(row.id),
            salt: row.salt,
            fingerprint: row.fingerprint,
            hint: row.hint,
            created_at: Timestamp::new(row.created_at),
            ends_at: row.ends_at.map(Timestamp::new),
        }
    }
}

/// Secrets of a webhook including expired ones, newest first.
pub(crate) fn list(conn: &mut Conn, hook: WebhookId) -> Result<Vec<WebhookSecret>> {
    let rows: Vec<Row> = secrets::table
        .filter(secrets::webhook_id.eq(hook.0))
        .order(secrets::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(WebhookSecret::from).collect())
}

/// What is stored of a new secret.
#[derive(Clone, Debug)]
pub(crate) struct NewWebhookSecret {
    /// Salt from which it is derived.
    pub salt: String,
    /// Digest of the secret.
    pub fingerprint: String,
    /// First characters of the secret, to tell secrets apart.
    pub hint: String,
}

/// Inserts a secret. Other active secrets expire at `others_end` unless they expire earlier;
/// expired secrets are deleted.
pub(crate) fn add(
    conn: &mut Conn,
    hook: WebhookId,
    new: &NewWebhookSecret,
    now: Timestamp,
    others_end: Timestamp,
) -> Result<()> {
    let all = || secrets::table.filter(secrets::webhook_id.eq(hook.0));
    diesel::delete(all().filter(secrets::ends_at.le(now.naive()))).execute(conn)?;
    diesel::update(all().filter(secrets::ends_at.is_null()))
        .set(secrets::ends_at.eq(others_end.naive()))
        .execute(conn)?;
    diesel::insert_into(secrets::table)
        .values((
            secrets::webhook_id.eq(hook.0),
            secrets::salt.eq(&new.salt),
            secrets::fingerprint.eq(&new.fingerprint),
            secrets::hint.eq(&new.hint),
            secrets::created_at.eq(now.naive()),
        ))
        .execute(conn)?;
    webhooks::touch(conn, hook)
}

/// Deletes a secret, or returns [`StoreError::NotFound`].
///
/// If only one secret is left, it no longer expires.
pub(crate) fn end(conn: &mut Conn, hook: WebhookId, id: WebhookSecretId) -> Result<()> {
    let row = secrets::table.find(id.0).filter(secrets::webhook_id.eq(hook.0));
    if diesel::delete(row).execute(conn)? == 0 {
        return Err(StoreError::NotFound);
    }
    if let [last] = list(conn, hook)?.as_slice() {
        diesel::update(secrets::table.find(last.id.0))
            .set(secrets::ends_at.eq(None::<NaiveDateTime>))
            .execute(conn)?;
    }
    webhooks::touch(conn, hook)
}
