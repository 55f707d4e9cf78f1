//! Log-in sessions and their refresh tokens; only digests of tokens are stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{SessionId, UserId};
use crate::store::schema::{refresh_tokens, sessions};
use crate::store::{Conn, Result};

/// How long an ended session is kept for audit, in hours: 180 days.
const KEPT_HOURS: i64 = 180 * 24;
/// Most sessions deleted when one is opened.
const FORGOTTEN_AT_ONCE: i64 = 20;

/// Result of looking up a presented refresh token.
#[derive(Debug)]
pub enum Presented {
    /// Valid; now marked as used.
    Good {
        /// Session of the token.
        session: SessionId,
        /// Account of the session.
        user: UserId,
        /// Latest end of the session.
        ends: Timestamp,
    },
    /// Already used before, so the token was probably copied.
    UsedBefore {
        /// Session of the token.
        session: SessionId,
        /// Account of the session.
        user: UserId,
    },
    /// Never issued, expired, or its session has ended.
    Unknown,
}

/// Opens a session for `user` that ends at `ends`.
pub fn open(conn: &mut Conn, user: UserId, now: Timestamp, ends: Timestamp) -> Result<SessionId> {
    let id = diesel::insert_into(sessions::table)
        .values((
            sessions::user_id.eq(user.0),
            sessions::created_at.eq(now.naive()),
            sessions::expires_at.eq(ends.naive()),
        ))
        .returning(sessions::id)
        .get_result(conn)?;
    Ok(SessionId(id))
}

/// Deletes sessions that ended more than `KEPT_HOURS` ago, with their refresh tokens; the oldest
/// first, a few at a time. Their events stay.
pub fn forget(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let before = now.plus_hours(-KEPT_HOURS).naive();
    let ended = sessions::expires_at.lt(before).or(sessions::ended_at.lt(before).assume_not_null());
    let old = sessions::table.filter(ended).order(sessions::id).select(sessions::id);
    let old: Vec<i64> = old.limit(FORGOTTEN_AT_ONCE).load(conn)?;
    if old.is_empty() {
        return Ok(());
    }
    let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&old));
    diesel::delete(tokens).execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::id.eq_any(&old))).execute(conn)?;
    Ok(())
}

/// True if the session belongs to `user` and has not ended at `now`.
pub fn is_live(conn: &mut Conn, id: SessionId, user: UserId, now: Timestamp) -> Result<bool> {
    let found = sessions::table
        .find(id.0)
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now.naive()))
        .select(sessions::id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Inserts the digest of the next refresh token of a session.
pub fn add_token(
    conn: &mut Conn,
    session: SessionId,
    digest: &str,
    now: Timestamp,
    ends: Timestamp,
) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::session_id.eq(session.0),
            refresh_tokens::token_hash.eq(digest),
            refresh_tokens::created_at.eq(now.naive()),
            refresh_tokens::expires_at.eq(ends.naive()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Looks up a refresh token by its digest and marks it as used.
pub fn present(conn: &mut Conn, digest: &str, now: Timestamp) -> Result<Presented> {
    type Shown = (i64, Option<NaiveDateTime>, i64, i64, NaiveDateTime, Option<NaiveDateTime>);
    let shown: Option<Shown> = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::token_hash.eq(digest))
        .select((
            refresh_tokens::id,
            refresh_tokens::used_at,
            sessions::id,
            sessions::user_id,
            sessions::expires_at,
            sessions::ended_at,
        ))
        .first(conn)
        .optional()?;
    let Some((token, used_at, session, user, ends, ended_at)) = shown else {
        return Ok(Presented::Unknown);
    };
    if ended_at.is_some() || ends <= now.naive() {
        return Ok(Presented::Unknown);
    }
    let session = SessionId(session);
    let user = UserId(user);
    if used_at.is_some() {
        return Ok(Presented::UsedBefore { session, user });
    }
    diesel::update(refresh_tokens::table.find(token))
        .set(refresh_tokens::used_at.eq(now.naive()))
        .execute(conn)?;
    Ok(Presented::Good { session, user, ends: Timestamp::new(ends) })
}

/// Ends a session with a reason; has no effect if it has already ended.
pub fn end(conn: &mut Conn, id: SessionId, now: Timestamp, why: &str) -> Result<()> {
    diesel::update(sessions::table.find(id.0).filter(sessions::ended_at.is_null()))
        .set((sessions::ended_at.eq(now.naive()), sessions::end_reason.eq(why)))
        .execute(conn)?;
    Ok(())
}

/// Ends all sessions of `user` except `keep`.
pub fn end_all(
    conn: &mut Conn,
    user: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
    why: &str,
) -> Result<()> {
    diesel::update(
        sessions::table
            .filter(sessions::user_id.eq(user.0))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::id.ne(keep.map_or(0, |s| s.0))),
    )
    .set((sessions::ended_at.eq(now.naive()), sessions::end_reason.eq(why)))
    .execute(conn)?;
    Ok(())
}
