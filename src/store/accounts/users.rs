//! Accounts of people and of machine clients.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::fold::fold;
use crate::domain::id::{AreaId, UnitId, UserId};
use crate::store::conn::MultiBackend;
use crate::store::schema::{clients, users};
use crate::store::search::{anywhere, of_user};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Username in lower case; unique.
    pub username: String,
    /// Display name.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// Unit of an account with role `unit`.
    pub unit_id: Option<UnitId>,
    /// Area of an account with role `area`.
    pub area_id: Option<AreaId>,
    /// Password hash in PHC format (argon2id with salt and parameters).
    pub password_hash: String,
    /// True if the password must be changed before any other request.
    pub must_change_password: bool,
    /// Instant at which it was disabled; `None` while it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// Instant of creation.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Account to be inserted.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Username in lower case; unique.
    pub username: String,
    /// Display name.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// Unit of an account with role `unit`.
    pub unit_id: Option<UnitId>,
    /// Area of an account with role `area`.
    pub area_id: Option<AreaId>,
    /// Password hash in PHC format (argon2id with salt and parameters).
    pub password_hash: String,
    /// True if the password must be changed before any other request.
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

/// Loads an account, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, id: UserId) -> Result<User> {
    find(conn, id)?.ok_or(StoreError::NotFound)
}

/// Loads the account of a person; [`StoreError::NotFound`] for the account of a machine client.
pub(crate) fn person(conn: &mut Conn, id: UserId) -> Result<User> {
    let machines = clients::table.filter(clients::user_id.eq(id.0)).select(clients::id);
    if machines.first::<i64>(conn).optional()?.is_some() {
        return Err(StoreError::NotFound);
    }
    get(conn, id)
}

/// Finds an account.
pub(crate) fn find(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    let row = users::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    row.map(User::try_from).transpose()
}

/// Finds the first account of a person with a role that may be used at once.
pub(crate) fn first_of_role(conn: &mut Conn, role: Role) -> Result<Option<User>> {
    let machines = clients::table.select(clients::user_id);
    let row = users::table
        .filter(users::role.eq(role.as_str()))
        .filter(users::disabled_at.is_null().and(users::must_change_password.eq(false)))
        .filter(users::id.ne_all(machines))
        .order(users::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Finds an account by username, ignoring case and width.
pub fn find_by_name(conn: &mut Conn, username: &str) -> Result<Option<User>> {
    let row = users::table
        .filter(users::username.eq(fold(username)))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Filter for account lists. An empty list does not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserFilter {
    /// Roles to include.
    pub roles: Vec<Role>,
    /// `true` for disabled accounts only, `false` for enabled ones only.
    pub disabled: Option<bool>,
    /// Part of the username or display name, folded.
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
        query = query.filter(users::search_text.like(anywhere(text)).escape('\\'));
    }
    query
}

/// One page of accounts of people that match `filter`, ordered by username.
pub(crate) fn list(conn: &mut Conn, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>> {
    let mut query = persons(filter).select(Row::as_select());
    if let Some(after) = page.after_text()? {
        query = query.filter(users::username.gt(after));
    }
    let rows: Vec<Row> = query.order(users::username).limit(page.rows_to_fetch()).load(conn)?;
    let total = page.total(|| persons(filter).count().get_result(conn))?;
    page.by_text(rows, total, |row: &Row| row.username.clone(), User::try_from)
}

/// Inserts an account.
///
/// # Errors
/// [`StoreError::Taken`] if the username is already in use.
pub fn insert(conn: &mut Conn, new: &NewUser, now: Timestamp) -> Result<User> {
    let id = diesel::insert_into(users::table)
        .values((
            users::username.eq(fold(&new.username)),
            users::search_text.eq(of_user(&new.username, &new.display_name)),
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

/// Updates the editable fields of `user` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, user: &User) -> Result<User> {
    let changed =
        diesel::update(users::table.find(user.id.0).filter(users::version.eq(user.version)))
            .set((
                users::display_name.eq(&user.display_name),
                users::search_text.eq(of_user(&user.username, &user.display_name)),
                users::role.eq(user.role.as_str()),
                users::unit_id.eq(user.unit_id.map(|u| u.0)),
                users::area_id.eq(user.area_id.map(|a| a.0)),
                users::disabled_at.eq(user.disabled_at.map(Timestamp::naive)),
                users::version.eq(users::version + 1),
            ))
            .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { get(conn, user.id) }
}

/// True if at least one account exists.
pub(crate) fn any(conn: &mut Conn) -> Result<bool> {
    Ok(users::table.select(users::id).first::<i64>(conn).optional()?.is_some())
}
