//! Accounts.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, UnitId, UserId};
use crate::store::conn::MultiBackend;
use crate::store::schema::{clients, users};
use crate::store::sql::{anywhere, lower};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// An account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name it logs in with; lower case.
    pub username: String,
    /// The name people know.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// The unit it acts for, when its role is `unit`.
    pub unit_id: Option<UnitId>,
    /// The area it acts for, when its role is `area`.
    pub area_id: Option<AreaId>,
    /// argon2id, salt and parameters included.
    pub password_hash: String,
    /// Whether it must choose a password of its own before anything else.
    pub must_change_password: bool,
    /// Since when it may no longer log in.
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name it logs in with.
    pub username: String,
    /// The name people know.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// The unit it acts for, when its role is `unit`.
    pub unit_id: Option<UnitId>,
    /// The area it acts for, when its role is `area`.
    pub area_id: Option<AreaId>,
    /// argon2id, salt and parameters included.
    pub password_hash: String,
    /// Whether it must choose a password of its own before anything else.
    pub must_change_password: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: i64,
    username: String,
    display_name: String,
    role: String,
    unit_id: Option<i64>,
    area_id: Option<i64>,
    password_hash: String,
    must_change_password: bool,
    disabled_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    version: i64,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: UserId(row.id),
            username: row.username,
            display_name: row.display_name,
            role: StoreError::read_text(&row.role)?,
            unit_id: row.unit_id.map(UnitId),
            area_id: row.area_id.map(AreaId),
            password_hash: row.password_hash,
            must_change_password: row.must_change_password,
            disabled_at: row.disabled_at.map(Timestamp::new),
            created_at: Timestamp::new(row.created_at),
            version: row.version,
        })
    }
}

/// The account, or [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: UserId) -> Result<User> {
    find(conn, id)?.ok_or(StoreError::NotFound)
}

/// The account of a person, or [`StoreError::NotFound`]: what a machine client acts through is its own.
pub fn person(conn: &mut Conn, id: UserId) -> Result<User> {
    let machines = clients::table.filter(clients::user_id.eq(id.0)).select(clients::id);
    if machines.first::<i64>(conn).optional()?.is_some() {
        return Err(StoreError::NotFound);
    }
    get(conn, id)
}

/// The account, if there is one.
pub fn find(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    let row = users::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    row.map(User::try_from).transpose()
}

/// The account of this name, whatever its letters' case.
pub fn find_by_name(conn: &mut Conn, username: &str) -> Result<Option<User>> {
    let row = users::table
        .filter(users::username.eq(username.trim().to_lowercase()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Which accounts are wanted; an empty list means any.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// In one of these roles.
    pub roles: Vec<Role>,
    /// Disabled, or not.
    pub disabled: Option<bool>,
    /// With this in either name.
    pub q: Option<String>,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<'a, users::table, MultiBackend>;

fn persons(filter: &UserFilter) -> Wanted<'_> {
    let machines = clients::table.select(clients::user_id);
    let mut query = users::table.filter(users::id.ne_all(machines)).into_boxed();
    if !filter.roles.is_empty() {
        query = query.filter(users::role.eq_any(filter.roles.iter().map(|r| r.as_str())));
    }
    query = match filter.disabled {
        Some(true) => query.filter(users::disabled_at.is_not_null()),
        Some(false) => query.filter(users::disabled_at.is_null()),
        None => query,
    };
    if let Some(text) = &filter.q {
        let known = lower(users::display_name).like(anywhere(text)).escape('\\');
        let named = users::username.like(anywhere(text)).escape('\\');
        query = query.filter(named.or(known));
    }
    query
}

/// The accounts of persons that `filter` admits, by name.
pub fn list(conn: &mut Conn, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>> {
    let mut query = persons(filter).select(Row::as_select());
    if let Some(after) = page.after_text()? {
        query = query.filter(users::username.gt(after));
    }
    let rows: Vec<Row> = query.order(users::username).limit(page.rows_to_fetch()).load(conn)?;
    let total = persons(filter).count().get_result(conn)?;
    page.by_text(rows, total, |row: &Row| row.username.clone(), User::try_from)
}

/// Makes an account.
///
/// # Errors
/// [`StoreError::Taken`] when the name is.
pub fn insert(conn: &mut Conn, new: &NewUser, now: Timestamp) -> Result<User> {
    let id = diesel::insert_into(users::table)
        .values((
            users::username.eq(new.username.trim().to_lowercase()),
            users::display_name.eq(&new.display_name),
            users::role.eq(new.role.as_str()),
            users::unit_id.eq(new.unit_id.map(|u| u.0)),
            users::area_id.eq(new.area_id.map(|a| a.0)),
            users::password_hash.eq(&new.password_hash),
            users::must_change_password.eq(new.must_change_password),
            users::created_at.eq(now.naive()),
        ))
        .returning(users::id)
        .get_result(conn)?;
    get(conn, UserId(id))
}

/// Stores what may be changed of `user`, if it is still at `user.version`.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn save(conn: &mut Conn, user: &User) -> Result<User> {
    let changed =
        diesel::update(users::table.find(user.id.0).filter(users::version.eq(user.version)))
            .set((
                users::display_name.eq(&user.display_name),
                users::role.eq(user.role.as_str()),
                users::unit_id.eq(user.unit_id.map(|u| u.0)),
                users::area_id.eq(user.area_id.map(|a| a.0)),
                users::disabled_at.eq(user.disabled_at.map(Timestamp::naive)),
                users::version.eq(users::version + 1),
            ))
            .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { get(conn, user.id) }
}

/// Gives the account another password.
pub fn set_password(conn: &mut Conn, id: UserId, hash: &str, must_change: bool) -> Result<()> {
    let changed = diesel::update(users::table.find(id.0))
        .set((
            users::password_hash.eq(hash),
            users::must_change_password.eq(must_change),
            users::version.eq(users::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Whether there is any account at all.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(users::table.select(users::id).first::<i64>(conn).optional()?.is_some())
}
