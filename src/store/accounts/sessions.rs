//! Sessions and their refresh tokens, of which only digests are kept.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{SessionId, UserId};
use crate::store::schema::{refresh_tokens, sessions};
use crate::store::{Conn, Result};

/// What a shown refresh token turned out to be.
#[derive(Debug)]
pub enum Presented {
    /// Good, and now used up.
    Good {
        /// The session it belongs to.
        session: SessionId,
        /// The session's account.
        user: UserId,
        /// When the session ends at the latest.
        ends: Timestamp,
    },
    /// It was used before: somebody has a copy.
    UsedBefore {
        /// The session it belongs to.
        session: SessionId,
        /// The session's account.
        user: UserId,
    },
    /// Never issued, over, or of an ended session.
    Unknown,
}

/// Opens a session for `user` until `ends`.
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

/// Whether the session of `user` still stands at `now`.
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

/// Adds the digest of the session's next refresh token.
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

/// Looks a shown token up and uses it up.
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
    let (session, user) = (SessionId(session), UserId(user));
    if used_at.is_some() {
        return Ok(Presented::UsedBefore { session, user });
    }
    diesel::update(refresh_tokens::table.find(token))
        .set(refresh_tokens::used_at.eq(now.naive()))
        .execute(conn)?;
    Ok(Presented::Good { session, user, ends: Timestamp::new(ends) })
}

/// Ends a session; one that is over already stays as it ended.
pub fn end(conn: &mut Conn, id: SessionId, now: Timestamp, why: &str) -> Result<()> {
    diesel::update(sessions::table.find(id.0).filter(sessions::ended_at.is_null()))
        .set((sessions::ended_at.eq(now.naive()), sessions::end_reason.eq(why)))
        .execute(conn)?;
    Ok(())
}

/// Ends every session of `user` but `keep`.
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
