//! Hashes of the passwords that an account has and had, and the names that passwords must avoid.

use diesel::prelude::*;

use crate::domain::id::UserId;
use crate::store::schema::{areas, past_passwords, units, users};
use crate::store::{Conn, Result, StoreError};

/// How many earlier passwords are remembered, besides the current one.
const REMEMBERED: i64 = 4;
/// Most names of units that are compared with a password.
const UNITS: i64 = 500;

/// Sets a new password hash, and remembers the one it replaces.
///
/// # Errors
/// [`StoreError::NotFound`].
pub(crate) fn set(conn: &mut Conn, id: UserId, hash: &str, must_change: bool) -> Result<()> {
    let old: String = users::table.find(id.0).select(users::password_hash).first(conn)?;
    diesel::insert_into(past_passwords::table)
        .values((past_passwords::user_id.eq(id.0), past_passwords::hash.eq(old)))
        .execute(conn)?;
    let ids = past_passwords::table.filter(past_passwords::user_id.eq(id.0));
    let ids = ids.order(past_passwords::id.desc()).select(past_passwords::id);
    let forgotten: Vec<i64> = ids.offset(REMEMBERED).limit(100).load(conn)?;
    diesel::delete(past_passwords::table.filter(past_passwords::id.eq_any(forgotten)))
        .execute(conn)?;
    let changed = diesel::update(users::table.find(id.0))
        .set((
            users::password_hash.eq(hash),
            users::must_change_password.eq(must_change),
            users::version.eq(users::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// The hashes of the current password of an account and of the four before it.
pub(crate) fn hashes(conn: &mut Conn, id: UserId) -> Result<Vec<String>> {
    let mut hashes: Vec<String> =
        users::table.find(id.0).select(users::password_hash).load(conn)?;
    let past = past_passwords::table.filter(past_passwords::user_id.eq(id.0));
    let past = past.order(past_passwords::id.desc()).select(past_passwords::hash);
    hashes.extend(past.limit(REMEMBERED).load::<String>(conn)?);
    Ok(hashes)
}

/// The names of all areas and of the units registered first.
pub(crate) fn names_to_avoid(conn: &mut Conn) -> Result<Vec<String>> {
    let mut names: Vec<String> = areas::table.select(areas::name).load(conn)?;
    let units = units::table.order(units::id).select(units::name).limit(UNITS);
    names.extend(units.load::<String>(conn)?);
    Ok(names)
}
