//! Machine clients: listed, created, changed; their secrets added and revoked.

use crate::domain::id::{ClientId, ClientSecretId, UserId};
use crate::domain::words::Words;
use crate::store::accounts::clients::{self, Client, ClientSecret, NewClient};
use crate::store::accounts::recorded::RecordedClient;
use crate::store::accounts::sessions;
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::{Conn, PageRequest};
use crate::usecases::accounts::client_view::{ClientForm, ClientInput, ClientView, changed, parse};
use crate::usecases::accounts::users::must_exist;
use crate::usecases::answer::PageView;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::random::{digest, random_text};
use crate::usecases::refusal::Refusal;

/// Machine clients, by name.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(ask: &mut Ask<'_>, page: &PageRequest) -> Result<PageView<ClientView>, Refusal> {
    let page = clients::list(ask.conn, page)?;
    let mut items = Vec::with_capacity(page.items.len());
    for client in page.items {
        items.push(view(ask.conn, client)?);
    }
    Ok(PageView { items, total: page.total, next_cursor: page.next_cursor, next: None })
}

/// One machine client.
///
/// # Errors
/// Not found.
pub(crate) fn get(ask: &mut Ask<'_>, id: ClientId) -> Result<ClientView, Refusal> {
    let client = clients::get(ask.conn, id)?;
    view(ask.conn, client)
}

fn view(conn: &mut Conn, client: Client) -> Result<ClientView, Refusal> {
    let secrets = clients::secrets(conn, client.id)?;
    Ok(ClientView::of(client, secrets))
}

/// A machine client that was decided on and is to be created.
pub(crate) struct ClientCreation {
    pub(super) new: NewClient,
    secret: Option<NewSecret>,
    stamp: Stamp,
}

/// Creates a machine client, with its first secret unless it was approved by a second person.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    input: &ClientInput,
    secret: Option<&NewSecret>,
) -> Result<ClientCreation, Refusal> {
    let new = parse(input, ask.now.instant)?;
    must_exist(ask.conn, new.user.unit_id, new.user.area_id)?;
    Ok(ClientCreation { new, secret: secret.cloned(), stamp: ask.stamp() })
}

/// Saves a new machine client and records the event.
///
/// # Errors
/// A conflict when the name is in use.
pub(crate) fn create(conn: &mut Conn, creation: ClientCreation) -> Result<ClientView, Refusal> {
    let ClientCreation { new, secret, stamp } = creation;
    let now = stamp.now.instant;
    let id = clients::insert(conn, &new, now)?.id;
    if let Some(secret) = secret {
        clients::add_secret(conn, id, &secret.hint, &secret.hash, now)?;
    }
    let client = clients::get(conn, id)?;
    let secrets = clients::secrets(conn, id)?;
    let changes = changes(None, &RecordedClient::of(&client, &secrets));
    let event = Event::of("client.created", "client", id.0, changes);
    events::record(conn, &stamp.author, now, &event)?;
    Ok(ClientView::of(client, secrets))
}

/// A machine client that was decided on and is to be saved.
pub(crate) struct ClientChange {
    pub(super) before: Client,
    pub(super) secrets: Vec<ClientSecret>,
    pub(super) client: Client,
    pub(super) stamp: Stamp,
}

/// Changes a machine client, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: ClientId,
    version: impl Into<Expected>,
    patch: &Patch<ClientForm>,
) -> Result<ClientChange, Refusal> {
    let before = clients::get(ask.conn, id)?;
    let secrets = clients::secrets(ask.conn, id)?;
    let version = version.into().of(before.version);
    let client = changed(Client { version, ..before.clone() }, patch, ask.now.instant)?;
    Ok(ClientChange { before, secrets, client, stamp: ask.stamp() })
}

/// Saves a changed machine client, ends its tokens when it is disabled, and records the event.
///
/// # Errors
/// A conflict when the name is in use; stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: ClientChange) -> Result<ClientView, Refusal> {
    let ClientChange { before, secrets, client, stamp } = change;
    let after = clients::save(conn, &client)?;
    let now = stamp.now.instant;
    if after.user.disabled_at.is_some() {
        sessions::end_all(conn, after.user.id, None, now, "client disabled")?;
    }
    let old = RecordedClient::of(&before, &secrets);
    let new = RecordedClient::of(&after, &secrets);
    let event = Event::of("client.updated", "client", after.id.0, changes(Some(&old), &new));
    events::record(conn, &stamp.author, now, &event)?;
    Ok(ClientView::of(after, secrets))
}

/// A secret that was decided on and is to be added.
pub(crate) struct SecretAddition {
    client: ClientId,
    secret: NewSecret,
    stamp: Stamp,
}

/// Adds a second secret to a machine client.
///
/// # Errors
/// Not found; a conflict when the client has two active secrets.
pub(crate) fn decide_secret(
    ask: &mut Ask<'_>,
    client: ClientId,
    secret: &NewSecret,
) -> Result<SecretAddition, Refusal> {
    clients::get(ask.conn, client)?;
    if clients::secrets(ask.conn, client)?.len() >= 2 {
        return Err(two_secrets());
    }
    Ok(SecretAddition { client, secret: secret.clone(), stamp: ask.stamp() })
}

/// Saves a secret and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn add_secret(conn: &mut Conn, addition: SecretAddition) -> Result<ClientView, Refusal> {
    let SecretAddition { client, secret, stamp } = addition;
    clients::add_secret(conn, client, &secret.hint, &secret.hash, stamp.now.instant)?;
    record_secret(conn, &stamp, "client.secret_added", client, &secret.hint)?;
    let client = clients::get(conn, client)?;
    view(conn, client)
}

/// A secret that was decided on and is to be revoked.
pub(crate) struct SecretRevocation {
    client: ClientId,
    user: UserId,
    secret: ClientSecretId,
    hint: String,
    stamp: Stamp,
}

/// Revokes a secret of a machine client.
///
/// # Errors
/// Not found.
pub(crate) fn decide_revocation(
    ask: &mut Ask<'_>,
    client: ClientId,
    secret: ClientSecretId,
) -> Result<SecretRevocation, Refusal> {
    let user = clients::get(ask.conn, client)?.user.id;
    let secrets = clients::secrets(ask.conn, client)?;
    let hint = secrets.into_iter().find(|s| s.id == secret).map(|s| s.hint).unwrap_or_default();
    Ok(SecretRevocation { client, user, secret, hint, stamp: ask.stamp() })
}

/// Revokes the secret, ends every token of the client, and records the event.
///
/// # Errors
/// Not found when the client has no such active secret.
pub(crate) fn revoke(conn: &mut Conn, revocation: SecretRevocation) -> Result<(), Refusal> {
    let SecretRevocation { client, user, secret, hint, stamp } = revocation;
    let now = stamp.now.instant;
    clients::revoke(conn, client, secret, now)?;
    sessions::end_all(conn, user, None, now, "secret revoked")?;
    record_secret(conn, &stamp, "client.secret_revoked", client, &hint)
}

fn record_secret(
    conn: &mut Conn,
    stamp: &Stamp,
    kind: &'static str,
    client: ClientId,
    hint: &str,
) -> Result<(), Refusal> {
    let event = Event::of(kind, "client", client.0, vec![FieldChange::said("hint", hint)]);
    Ok(events::record(conn, &stamp.author, stamp.now.instant, &event)?)
}

fn two_secrets() -> Refusal {
    let words = Words::new(
        "该客户端已有两个有效密钥。请先吊销不再使用的一个：DELETE …/secrets/{secret_id}。",
        "The client already has two active secrets. Revoke the one that is no longer used first: DELETE …/secrets/{secret_id}.",
    );
    Refusal::conflict("two-secrets", words)
}

/// A newly generated secret.
#[derive(Clone)]
pub(crate) struct NewSecret {
    /// The secret in plain text.
    pub secret: String,
    /// First 10 characters, stored so that a secret can be recognised in lists.
    pub hint: String,
    /// Digest of the secret; the only form in which it is stored.
    pub hash: String,
}

impl NewSecret {
    /// Generates 256 random bits, prefixed with `mps_` so that secret scanners can detect the
    /// format.
    ///
    /// # Errors
    /// The operating system provides no random bytes.
    pub(crate) fn make() -> Result<Self, Refusal> {
        let secret = format!("mps_{}", random_text().map_err(Refusal::broken)?);
        let hint = secret.chars().take(10).collect();
        Ok(Self { hash: digest(&secret), hint, secret })
    }
}
