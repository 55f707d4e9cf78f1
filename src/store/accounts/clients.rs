//! Machine clients and their secrets, of which only digests are kept.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, ClientSecretId, UserId};
use crate::store::accounts::users;
use crate::store::accounts::users::{NewUser, User};
use crate::store::schema::{client_secrets, clients};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// A machine client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The account it acts through: its role, unit and area.
    pub user: User,
    /// What it names itself by when it asks for a token.
    pub client_id: String,
    /// The name people know; events carry it.
    pub name: String,
    /// What it was let do.
    pub scopes: Vec<ClientScope>,
    /// Until when it is good; for ever when absent.
    pub expires_at: Option<Timestamp>,
    /// When it last got a token.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl Client {
    /// Whether it may act at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.user.disabled_at.is_none() && self.expires_at.is_none_or(|until| now < until)
    }
}

/// A machine client to be made.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The account it will act through.
    pub user: NewUser,
    /// What it names itself by.
    pub client_id: String,
    /// The name people know.
    pub name: String,
    /// What it is let do.
    pub scopes: Vec<ClientScope>,
    /// Until when it is good.
    pub expires_at: Option<Timestamp>,
}

/// A secret that was given out.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// Its id.
    pub id: ClientSecretId,
    /// How it begins, to tell it from another.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last got a token.
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

/// The client, or [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: ClientId) -> Result<Client> {
    let row = clients::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    client(conn, row.ok_or(StoreError::NotFound)?)
}

/// The client of this name for itself, if there is one.
pub fn find(conn: &mut Conn, client_id: &str) -> Result<Option<Client>> {
    let row = clients::table.filter(clients::client_id.eq(client_id)).select(Row::as_select());
    let row: Option<Row> = row.first(conn).optional()?;
    row.map(|row| client(conn, row)).transpose()
}

/// The client that acts through this account, if it is one's.
pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Option<Client>> {
    let row = clients::table.filter(clients::user_id.eq(user.0)).select(Row::as_select());
    let row: Option<Row> = row.first(conn).optional()?;
    row.map(|row| client(conn, row)).transpose()
}

/// All clients, by name.
pub fn list(conn: &mut Conn, page: &PageRequest) -> Result<Page<Client>> {
    let mut query = clients::table.select(Row::as_select()).into_boxed();
    if let Some(after) = page.after_text()? {
        query = query.filter(clients::name.gt(after));
    }
    let rows: Vec<Row> = query.order(clients::name).limit(page.rows_to_fetch()).load(conn)?;
    let total = clients::table.count().get_result(conn)?;
    page.by_text(rows, total, |row: &Row| row.name.clone(), |row| client(conn, row))
}

/// Makes a client and the account it acts through.
///
/// # Errors
/// [`StoreError::Taken`] when the name is.
pub fn insert(conn: &mut Conn, new: &NewClient, now: Timestamp) -> Result<Client> {
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

/// Stores what may be changed of `client`, if it is still at `client.version`.
///
/// # Errors
/// [`StoreError::Stale`]; [`StoreError::Taken`] when the name is.
pub fn save(conn: &mut Conn, client: &Client) -> Result<Client> {
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

/// The secrets of a client that were not revoked, the first first.
pub fn secrets(conn: &mut Conn, id: ClientId) -> Result<Vec<ClientSecret>> {
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

/// Adds the digest of a secret. The client's version grows, so that two cannot pass the limit at once.
pub fn add_secret(
    conn: &mut Conn,
    id: ClientId,
    (hint, hash): (&str, &str),
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

/// Revokes a secret, or [`StoreError::NotFound`].
pub fn revoke(conn: &mut Conn, id: ClientId, secret: ClientSecretId, now: Timestamp) -> Result<()> {
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

/// Whether this is the digest of a secret of the client's; notes that it was used.
pub fn present(conn: &mut Conn, id: ClientId, hash: &str, now: Timestamp) -> Result<bool> {
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
