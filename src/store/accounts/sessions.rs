//! Log-in sessions and their refresh tokens; only digests of tokens are stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::session::IdleLimit;
use crate::domain::clock::Timestamp;
use crate::domain::id::{SessionId, UserId};
use crate::store::conn::MultiBackend;
use crate::store::schema::{refresh_tokens, sessions};
use crate::store::{Conn, Page, PageRequest, Result};

/// Most sessions deleted in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// A session to be opened.
#[derive(Clone, Debug)]
pub(crate) struct NewSession {
    /// Its account.
    pub user: UserId,
    /// When it is opened.
    pub at: Timestamp,
    /// When it ends at the latest.
    pub ends: Timestamp,
    /// Network it is opened from.
    pub network: String,
}

/// An open session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, at most a minute old.
    pub last_used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Network it was opened from; empty if not known.
    pub network: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: i64,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
    network: String,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId(row.id),
            created_at: Timestamp::new(row.created_at),
            last_used_at: Timestamp::new(row.last_used_at.unwrap_or(row.created_at)),
            expires_at: Timestamp::new(row.expires_at),
            network: row.network,
        }
    }
}

/// Result of looking up a presented refresh token.
#[derive(Debug)]
pub(crate) enum Presented {
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
    /// Never issued, or its session has ended, is idle or has expired.
    Unknown,
}

/// Opens a session.
pub(crate) fn open(conn: &mut Conn, new: &NewSession) -> Result<SessionId> {
    let id = diesel::insert_into(sessions::table)
        .values((
            sessions::user_id.eq(new.user.0),
            sessions::created_at.eq(new.at.naive()),
            sessions::expires_at.eq(new.ends.naive()),
            sessions::network.eq(&new.network),
        ))
        .returning(sessions::id)
        .get_result(conn)?;
    Ok(SessionId(id))
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<'a, sessions::table, MultiBackend>;

/// The sessions of `user` that nobody ended and that have not expired at `now`.
fn live<'a>(user: UserId, now: Timestamp) -> Wanted<'a> {
    sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now.naive()))
        .into_boxed()
}

/// Those of [`live`] that are not idle.
fn used<'a>(user: UserId, now: Timestamp, idle: IdleLimit) -> Wanted<'a> {
    let cutoff = idle.cutoff(now).naive();
    let opened = sessions::last_used_at.is_null().and(sessions::created_at.gt(cutoff));
    live(user, now).filter(sessions::last_used_at.gt(cutoff).assume_not_null().or(opened))
}

/// One page of the open sessions of `user`, newest first.
pub(crate) fn list(
    conn: &mut Conn,
    user: UserId,
    now: Timestamp,
    idle: IdleLimit,
    page: &PageRequest,
) -> Result<Page<Session>> {
    let mut query = used(user, now, idle).select(Row::as_select());
    if let Some(before) = page.after_id()? {
        query = query.filter(sessions::id.lt(before));
    }
    let query = query.order(sessions::id.desc()).limit(page.rows_to_fetch());
    let rows: Vec<Row> = query.load(conn)?;
    let total = page.total(|| used(user, now, idle).count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, |row| Ok(Session::from(row)))
}

/// True if a session ended before `before`.
pub(crate) fn any_ended_before(conn: &mut Conn, before: Timestamp) -> Result<bool> {
    let found = ended_before(before).select(sessions::id).first::<i64>(conn);
    Ok(found.optional()?.is_some())
}

/// The sessions that were ended or expired before `before`.
fn ended_before<'a>(before: Timestamp) -> Wanted<'a> {
    let before = before.naive();
    let ended = sessions::ended_at.lt(before).assume_not_null();
    sessions::table.filter(sessions::expires_at.lt(before).or(ended)).into_boxed()
}

/// Deletes sessions that ended before `before`, with their refresh tokens; the oldest first, a
/// bounded number. Their events stay.
pub(crate) fn forget(conn: &mut Conn, before: Timestamp) -> Result<()> {
    let old = ended_before(before).order(sessions::id).select(sessions::id);
    let old: Vec<i64> = old.limit(FORGOTTEN_AT_ONCE).load(conn)?;
    let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&old));
    diesel::delete(tokens).execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::id.eq_any(&old))).execute(conn)?;
    Ok(())
}

/// The session, if it belongs to `user`, nobody ended it and it has not expired at `now`. It may be
/// idle.
pub(crate) fn find_live(
    conn: &mut Conn,
    id: SessionId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Session>> {
    let row = live(user, now).filter(sessions::id.eq(id.0)).select(Row::as_select());
    Ok(row.first(conn).optional()?.map(Session::from))
}

/// Notes when sessions were last used.
pub(crate) fn note_uses(conn: &mut Conn, uses: &[(SessionId, Timestamp)]) -> Result<()> {
    for (id, at) in uses {
        let earlier = sessions::last_used_at.lt(at.naive()).assume_not_null();
        let row = sessions::table.find(id.0).filter(sessions::last_used_at.is_null().or(earlier));
        diesel::update(row).set(sessions::last_used_at.eq(at.naive())).execute(conn)?;
    }
    Ok(())
}

/// Inserts the digest of the next refresh token of a session.
pub(crate) fn add_token(
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

/// Looks up a refresh token by its digest; marks it and its session as used.
pub(crate) fn present(
    conn: &mut Conn,
    digest: &str,
    now: Timestamp,
    idle: IdleLimit,
) -> Result<Presented> {
    type Shown = (i64, Option<NaiveDateTime>, i64, Row);
    let shown: Option<Shown> = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::token_hash.eq(digest))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now.naive()))
        .select((refresh_tokens::id, refresh_tokens::used_at, sessions::user_id, Row::as_select()))
        .first(conn)
        .optional()?;
    let Some((token, used_at, user, row)) = shown else {
        return Ok(Presented::Unknown);
    };
    let Session { id: session, last_used_at, expires_at: ends, .. } = row.into();
    if idle.is_over(last_used_at, now) {
        return Ok(Presented::Unknown);
    }
    let user = UserId(user);
    if used_at.is_some() {
        return Ok(Presented::UsedBefore { session, user });
    }
    diesel::update(refresh_tokens::table.find(token))
        .set(refresh_tokens::used_at.eq(now.naive()))
        .execute(conn)?;
    note_uses(conn, &[(session, now)])?;
    Ok(Presented::Good { session, user, ends })
}

/// Ends a session with a reason; has no effect if it has already ended.
pub(crate) fn end(conn: &mut Conn, id: SessionId, now: Timestamp, why: &str) -> Result<()> {
    diesel::update(sessions::table.find(id.0).filter(sessions::ended_at.is_null()))
        .set((sessions::ended_at.eq(now.naive()), sessions::end_reason.eq(why)))
        .execute(conn)?;
    Ok(())
}

/// Ends all sessions of `user` except `keep`.
pub(crate) fn end_all(
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
