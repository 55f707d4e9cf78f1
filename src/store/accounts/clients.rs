//! Machine clients (OAuth client credentials) and their secrets; only digests of secrets are
//! stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, ClientSecretId, UserId};
use crate::store::accounts::users;
use crate::store::accounts::users::{NewUser, User};
use crate::store::schema::{client_secrets, clients};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Machine client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Its id.
    pub id: ClientId,
    /// Account it acts through; defines role, unit and area.
    pub user: User,
    /// OAuth `client_id`.
    pub client_id: String,
    /// Display name; recorded in events.
    pub name: String,
    /// Granted scopes.
    pub scopes: Vec<ClientScope>,
    /// Expiry; `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// Instant at which it last obtained a token.
    pub last_used_at: Option<Timestamp>,
    /// Instant of creation.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl Client {
    /// True if its account is enabled and it has not expired at `now`.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.user.disabled_at.is_none() && self.expires_at.is_none_or(|until| now < until)
    }
}

/// Machine client to be inserted.
#[derive(Clone, Debug)]
pub(crate) struct NewClient {
    /// Account it will act through.
    pub user: NewUser,
    /// OAuth `client_id`; unique.
    pub client_id: String,
    /// Display name.
    pub name: String,
    /// Granted scopes.
    pub scopes: Vec<ClientScope>,
    /// Expiry; `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
}

/// Secret of a client, without its value.
#[derive(Clone, Debug)]
pub(crate) struct ClientSecret {
    /// Its id.
    pub id: ClientSecretId,
    /// First characters of the secret, to tell secrets apart.
    pub hint: String,
    /// Instant of creation.
    pub created_at: Timestamp,
    /// Instant at which it was last used to obtain a token.
    pub last_used_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct Row {
    id: i64,
    user_id: i64,
    client_id: String,
    name: String,
    scopes: String,
    expires_at: Option<NaiveDateTime>,
    last_used_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    version: i64,
}

fn client(conn: &mut Conn, row: Row) -> Result<Client> {
    Ok(Client {
        id: ClientId(row.id),
        user: users::get(conn, UserId(row.user_id))?,
        client_id: row.client_id,
        name: row.name,
        scopes: ClientScope::split(&row.scopes).map_err(StoreError::broken)?,
        expires_at: row.expires_at.map(Timestamp::new),
        last_used_at: row.last_used_at.map(Timestamp::new),
        created_at: Timestamp::new(row.created_at),
        version: row.version,
    })
}

/// Loads a client, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, id: ClientId) -> Result<Client> {
    let row = clients::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    client(conn, row.ok_or(StoreError::NotFound)?)
}

/// Finds a client by its OAuth `client_id`.
pub(crate) fn find(conn: &mut Conn, client_id: &str) -> Result<Option<Client>> {
    let row = clients::table.filter(clients::client_id.eq(client_id)).select(Row::as_select());
    let row: Option<Row> = row.first(conn).optional()?;
    row.map(|row| client(conn, row)).transpose()
}

/// True if a client has this name.
pub(crate) fn has_name(conn: &mut Conn, name: &str) -> Result<bool> {
    let named = clients::table.filter(clients::name.eq(name)).select(clients::id);
    Ok(named.first::<i64>(conn).optional()?.is_some())
}

/// Finds the client that acts through an account.
pub(crate) fn of_user(conn: &mut Conn, user: UserId) -> Result<Option<Client>> {
    let row = clients::table.filter(clients::user_id.eq(user.0)).select(Row::as_select());
    let row: Option<Row> = row.first(conn).optional()?;
    row.map(|row| client(conn, row)).transpose()
}

/// One page of clients, ordered by `client_id`.
pub(crate) fn list(conn: &mut Conn, page: &PageRequest) -> Result<Page<Client>> {
    let mut query = clients::table.select(Row::as_select()).into_boxed();
    if let Some(after) = page.after_text()? {
        query = query.filter(clients::name.gt(after));
    }
    let rows: Vec<Row> = query.order(clients::name).limit(page.rows_to_fetch()).load(conn)?;
    let total = page.total(|| clients::table.count().get_result(conn))?;
    page.by_text(rows, total, |row: &Row| row.name.clone(), |row| client(conn, row))
}

/// Inserts a client together with its account.
///
/// # Errors
/// [`StoreError::Taken`] if the username or `client_id` is already in use.
pub(crate) fn insert(conn: &mut Conn, new: &NewClient, now: Timestamp) -> Result<Client> {
    let user = users::insert(conn, &new.user, now)?;
    let id = diesel::insert_into(clients::table)
        .values((
            clients::user_id.eq(user.id.0),
            clients::client_id.eq(&new.client_id),
            clients::name.eq(&new.name),
            clients::scopes.eq(ClientScope::join(&new.scopes)),
            clients::expires_at.eq(new.expires_at.map(Timestamp::naive)),
            clients::created_at.eq(now.naive()),
        ))
        .returning(clients::id)
        .get_result(conn)?;
    get(conn, ClientId(id))
}

/// Updates the editable fields of `client` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`]; [`StoreError::Taken`] if a unique value is already in use.
pub(crate) fn save(conn: &mut Conn, client: &Client) -> Result<Client> {
    let row = clients::table.find(client.id.0).filter(clients::version.eq(client.version));
    let changed = diesel::update(row)
        .set((
            clients::name.eq(&client.name),
            clients::scopes.eq(ClientScope::join(&client.scopes)),
            clients::expires_at.eq(client.expires_at.map(Timestamp::naive)),
            clients::version.eq(clients::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    users::save(conn, &client.user)?;
    get(conn, client.id)
}

/// Secrets of a client that were not revoked, oldest first.
pub(crate) fn secrets(conn: &mut Conn, id: ClientId) -> Result<Vec<ClientSecret>> {
    type Row = (i64, String, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = client_secrets::table
        .filter(client_secrets::client.eq(id.0))
        .filter(client_secrets::revoked_at.is_null())
        .order(client_secrets::id)
        .select((
            client_secrets::id,
            client_secrets::hint,
            client_secrets::created_at,
            client_secrets::last_used_at,
        ))
        .load(conn)?;
    let secret = |(id, hint, created_at, used): Row| ClientSecret {
        id: ClientSecretId(id),
        hint,
        created_at: Timestamp::new(created_at),
        last_used_at: used.map(Timestamp::new),
    };
    Ok(rows.into_iter().map(secret).collect())
}

/// Inserts the digest of a secret.
///
/// Increments the client's version, so that two concurrent requests cannot exceed the limit of
/// secrets.
pub(crate) fn add_secret(
    conn: &mut Conn,
    id: ClientId,
    hint: &str,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(client_secrets::table)
        .values((
            client_secrets::client.eq(id.0),
            client_secrets::hint.eq(hint),
            client_secrets::hash.eq(hash),
            client_secrets::created_at.eq(now.naive()),
        ))
        .execute(conn)?;
    touch(conn, id)
}

/// Revokes a secret; [`StoreError::NotFound`] if there is no such active secret.
pub(crate) fn revoke(
    conn: &mut Conn,
    id: ClientId,
    secret: ClientSecretId,
    now: Timestamp,
) -> Result<()> {
    let row = client_secrets::table
        .find(secret.0)
        .filter(client_secrets::client.eq(id.0))
        .filter(client_secrets::revoked_at.is_null());
    let revoked =
        diesel::update(row).set(client_secrets::revoked_at.eq(now.naive())).execute(conn)?;
    if revoked == 0 { Err(StoreError::NotFound) } else { touch(conn, id) }
}

fn touch(conn: &mut Conn, id: ClientId) -> Result<()> {
    diesel::update(clients::table.find(id.0))
        .set(clients::version.eq(clients::version + 1))
        .execute(conn)?;
    Ok(())
}

/// True if `hash` is the digest of an active secret of the client.
pub(crate) fn knows(conn: &mut Conn, id: ClientId, hash: &str) -> Result<bool> {
    let row = client_secrets::table
        .filter(client_secrets::client.eq(id.0))
        .filter(client_secrets::hash.eq(hash))
        .filter(client_secrets::revoked_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// Returns true if `hash` is the digest of an active secret of the client, and updates its time of
/// last use.
pub(crate) fn present(conn: &mut Conn, id: ClientId, hash: &str, now: Timestamp) -> Result<bool> {
    let row = client_secrets::table
        .filter(client_secrets::client.eq(id.0))
        .filter(client_secrets::hash.eq(hash))
        .filter(client_secrets::revoked_at.is_null());
    let used =
        diesel::update(row).set(client_secrets::last_used_at.eq(now.naive())).execute(conn)?;
    if used == 0 {
        return Ok(false);
    }
    diesel::update(clients::table.find(id.0))
        .set(clients::last_used_at.eq(now.naive()))
        .execute(conn)?;
    Ok(true)
}
