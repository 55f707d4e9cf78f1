//! Open sessions: listed and ended by their account, and ended by an administrator.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::access_log::AccessKind;
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::account::session::IdleLimit;
use crate::domain::clock::Timestamp;
use crate::domain::id::{SessionId, UserId};
use crate::store::accounts::sessions::{self, Session};
use crate::store::accounts::users::{self, User};
use crate::store::events::{self, Event};
use crate::store::{Conn, PageRequest};
use crate::usecases::accounts::log_ins::{self, SessionStep};
use crate::usecases::answer::PageView;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::refusal::Refusal;

/// An open session of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpenSession)]
pub(crate) struct OpenSessionView {
    /// The session's id.
    pub id: SessionId,
    /// Time it was opened.
    pub created_at: Timestamp,
    /// Time it was last used, at most a minute old.
    pub last_used_at: Timestamp,
    /// Time it ends at the latest.
    pub expires_at: Timestamp,
    /// Network it was opened from: the address without its last part. Empty if not known.
    #[schema(example = "192.0.2.0/24")]
    pub network: String,
    /// True for the session of this request.
    pub current: bool,
}

impl OpenSessionView {
    fn of(session: Session, current: SessionId) -> Self {
        let Session { id, created_at, last_used_at, expires_at, network } = session;
        Self { id, created_at, last_used_at, expires_at, network, current: id == current }
    }
}

/// The caller's open sessions, newest first.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    idle: IdleLimit,
    page: &PageRequest,
) -> Result<PageView<OpenSessionView>, Refusal> {
    let user = ask.caller.user.id;
    let current = ask.caller.session;
    let page = sessions::list(ask.conn, user, ask.now.instant, idle, page)?;
    Ok(PageView::of(page, |session| OpenSessionView::of(session, current)))
}

/// A session of the caller, which is to be ended.
pub(crate) struct SessionEnd {
    session: SessionId,
    user: User,
    room: LogInRoom,
    stamp: Stamp,
}

impl SessionEnd {
    fn of(ask: &Ask<'_>, session: SessionId, room: &LogInRoom) -> Self {
        Self { session, user: ask.caller.user.clone(), room: room.clone(), stamp: ask.stamp() }
    }
}

/// Ends the caller's session.
pub(crate) fn decide_end(ask: &Ask<'_>, room: &LogInRoom) -> SessionEnd {
    SessionEnd::of(ask, ask.caller.session, room)
}

/// Ends a session of the caller.
///
/// # Errors
/// Not found when it is not the caller's, or has ended.
pub(crate) fn decide_end_of(
    ask: &mut Ask<'_>,
    session: SessionId,
    room: &LogInRoom,
) -> Result<SessionEnd, Refusal> {
    let user = ask.caller.user.id;
    let found = sessions::find_live(ask.conn, session, user, ask.now.instant)?;
    let session = found.ok_or_else(Refusal::not_found)?.id;
    Ok(SessionEnd::of(ask, session, room))
}

/// Ends a session, with a line of the access log.
///
/// # Errors
/// The database's.
pub(crate) fn end(conn: &mut Conn, end: SessionEnd) -> Result<(), Refusal> {
    let SessionEnd { session, user, room, stamp } = end;
    let now = stamp.now.instant;
    sessions::end(conn, session, now, "logged out")?;
    let step = SessionStep {
        kind: AccessKind::LoggedOut,
        session,
        user: &user,
        address: stamp.author.origin(),
        request_id: stamp.author.request_id(),
        shown: "",
    };
    Ok(log_ins::note(conn, &room, now, &step)?)
}

/// An account whose sessions are to be ended.
pub(crate) struct SessionsEnd {
    user: UserId,
    stamp: Stamp,
}

/// Ends all sessions of the account of a person.
///
/// # Errors
/// Not found, also for the account of a machine client.
pub(crate) fn decide_end_all(ask: &mut Ask<'_>, user: UserId) -> Result<SessionsEnd, Refusal> {
    let user = users::person(ask.conn, user)?.id;
    Ok(SessionsEnd { user, stamp: ask.stamp() })
}

/// Ends all sessions of an account and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn end_all(conn: &mut Conn, end: SessionsEnd) -> Result<(), Refusal> {
    let SessionsEnd { user, stamp } = end;
    let now = stamp.now.instant;
    sessions::end_all(conn, user, None, now, "by an administrator")?;
    Ok(events::record(conn, &stamp.author, now, &Event::of_user("user.sessions_ended", user))?)
}
