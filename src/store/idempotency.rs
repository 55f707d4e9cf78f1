//! Stored outcomes of requests with an `Idempotency-Key`.

use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;
use crate::store::schema::idempotency_keys as keys;
use crate::store::{Conn, Result};

/// Hours for which an outcome is kept.
pub(crate) const KEPT_HOURS: i64 = 72;

/// Scope of a key: the same key of another account or operation is a different key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyScope {
    /// Account of the caller.
    pub user: UserId,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Value of the `Idempotency-Key` header.
    pub key: String,
}

/// Outcome of a request, with the digest of its body.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// SHA-256 of the request body, in hexadecimal.
    pub body_sha256: String,
    /// Outcome as JSON, from which the response is repeated.
    pub outcome: String,
}

/// Outcome stored for a key; `None` if there is none or it expired.
pub(crate) fn find(conn: &mut Conn, scope: &KeyScope, now: Timestamp) -> Result<Option<Outcome>> {
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

/// Stores an outcome in the transaction of the work.
///
/// Also deletes the account's expired keys.
///
/// # Errors
/// [`crate::store::StoreError::Taken`] if a concurrent request with the same key committed first.
pub(crate) fn keep(
    conn: &mut Conn,
    scope: &KeyScope,
    done: &Outcome,
    now: Timestamp,
) -> Result<()> {
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
