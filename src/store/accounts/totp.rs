//! Second factors: salts of authenticator secrets and digests of recovery codes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;
use crate::store::schema::{recovery_codes, totp};
use crate::store::{Conn, Result};

/// Second factor of an account.
#[derive(Clone, Debug)]
pub(crate) struct Totp {
    /// Its account.
    pub user: UserId,
    /// Salt from which the secret is derived.
    pub salt: String,
    /// When a code was shown for the first time; until then log-in needs no code.
    pub confirmed_at: Option<Timestamp>,
    /// Step of the last code that was used.
    pub last_step: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = totp)]
struct Row {
    user_id: i64,
    salt: String,
    confirmed_at: Option<NaiveDateTime>,
    last_step: i64,
}

/// The second factor of an account, confirmed or not.
pub(crate) fn find(conn: &mut Conn, user: UserId) -> Result<Option<Totp>> {
    let row = totp::table.filter(totp::user_id.eq(user.0)).select(Row::as_select());
    let row: Option<Row> = row.first(conn).optional()?;
    Ok(row.map(|row| Totp {
        user: UserId(row.user_id),
        salt: row.salt,
        confirmed_at: row.confirmed_at.map(Timestamp::new),
        last_step: row.last_step,
    }))
}

/// True if the account has a second factor that was confirmed.
pub(crate) fn is_confirmed(conn: &mut Conn, user: UserId) -> Result<bool> {
    let confirmed =
        totp::table.filter(totp::user_id.eq(user.0)).filter(totp::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(confirmed)).get_result(conn)?)
}

/// Replaces the second factor of an account by an unconfirmed one.
pub(crate) fn put(conn: &mut Conn, user: UserId, salt: &str, now: Timestamp) -> Result<()> {
    remove(conn, user)?;
    diesel::insert_into(totp::table)
        .values((
            totp::user_id.eq(user.0),
            totp::salt.eq(salt),
            totp::created_at.eq(now.naive()),
            totp::last_step.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Confirms the second factor by the code of `step`, and stores the digests of its recovery codes.
pub(crate) fn confirm(
    conn: &mut Conn,
    user: UserId,
    step: i64,
    digests: &[String],
    now: Timestamp,
) -> Result<()> {
    diesel::update(totp::table.filter(totp::user_id.eq(user.0)))
        .set((totp::confirmed_at.eq(now.naive()), totp::last_step.eq(step)))
        .execute(conn)?;
    for digest in digests {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::user_id.eq(user.0), recovery_codes::hash.eq(digest)))
            .execute(conn)?;
    }
    Ok(())
}

/// Uses the code of `step`; false if it or a later one was used before.
pub(crate) fn use_step(conn: &mut Conn, user: UserId, step: i64) -> Result<bool> {
    let row = totp::table.filter(totp::user_id.eq(user.0)).filter(totp::last_step.lt(step));
    Ok(diesel::update(row).set(totp::last_step.eq(step)).execute(conn)? > 0)
}

/// True if `digest` is that of an unused recovery code of the account.
pub(crate) fn has_recovery_code(conn: &mut Conn, user: UserId, digest: &str) -> Result<bool> {
    let row = recovery_codes::table.filter(recovery_codes::user_id.eq(user.0));
    let row = row.filter(recovery_codes::hash.eq(digest)).select(recovery_codes::id);
    Ok(row.first::<i64>(conn).optional()?.is_some())
}

/// Uses a recovery code up; false if there is none.
pub(crate) fn use_recovery_code(conn: &mut Conn, user: UserId, digest: &str) -> Result<bool> {
    let row = recovery_codes::table.filter(recovery_codes::user_id.eq(user.0));
    Ok(diesel::delete(row.filter(recovery_codes::hash.eq(digest))).execute(conn)? > 0)
}

/// Number of unused recovery codes.
pub(crate) fn recovery_codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
    let rows = recovery_codes::table.filter(recovery_codes::user_id.eq(user.0));
    Ok(rows.count().get_result(conn)?)
}

/// Removes the second factor of an account with its recovery codes; false if it has none.
pub(crate) fn remove(conn: &mut Conn, user: UserId) -> Result<bool> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.0)))
        .execute(conn)?;
    Ok(diesel::delete(totp::table.filter(totp::user_id.eq(user.0))).execute(conn)? > 0)
}
