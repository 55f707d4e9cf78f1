//! What was done under an `Idempotency-Key`.

use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;
use crate::store::schema::idempotency_keys as keys;
use crate::store::{Conn, Result};

/// How long an outcome is kept, in hours.
pub const KEPT_HOURS: i64 = 72;

/// Whose key, and of which operation: the same key elsewhere is another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyScope {
    /// The account.
    pub user: UserId,
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The key.
    pub key: String,
}

/// What was done, and with which body it was asked.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// SHA-256 of the body, in hexadecimal.
    pub body_sha256: String,
    /// What the work came to, as JSON.
    pub outcome: String,
}

/// The outcome of a key, unless it was never used or is no longer kept.
pub fn find(conn: &mut Conn, scope: &KeyScope, now: Timestamp) -> Result<Option<Outcome>> {
    let row: Option<(String, String)> = keys::table
        .filter(keys::user_id.eq(scope.user.0))
        .filter(keys::method.eq(&scope.method))
        .filter(keys::path.eq(&scope.path))
        .filter(keys::key.eq(&scope.key))
        .filter(keys::created_at.gt(now.plus_hours(-KEPT_HOURS).naive()))
        .select((keys::body_sha256, keys::outcome))
        .first(conn)
        .optional()?;
    Ok(row.map(|(body_sha256, outcome)| Outcome { body_sha256, outcome }))
}

/// Keeps an outcome, in the transaction of the work. What the account's keys kept for too long
/// goes.
///
/// # Errors
/// [`crate::store::StoreError::Taken`] when somebody was faster with the same key.
pub fn keep(conn: &mut Conn, scope: &KeyScope, done: &Outcome, now: Timestamp) -> Result<()> {
    let stale = keys::table
        .filter(keys::user_id.eq(scope.user.0))
        .filter(keys::created_at.le(now.plus_hours(-KEPT_HOURS).naive()));
    diesel::delete(stale).execute(conn)?;
    diesel::insert_into(keys::table)
        .values((
            keys::user_id.eq(scope.user.0),
            keys::method.eq(&scope.method),
            keys::path.eq(&scope.path),
            keys::key.eq(&scope.key),
            keys::body_sha256.eq(&done.body_sha256),
            keys::outcome.eq(&done.outcome),
            keys::created_at.eq(now.naive()),
        ))
        .execute(conn)?;
    Ok(())
}
