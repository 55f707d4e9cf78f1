//! Log-ins and log-outs: each is a line of the access log, stored in the transaction of its session.

use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::access_log::{AccessKey, AccessKind, AccessLine, start_of_minute};
use crate::domain::clock::Timestamp;
use crate::domain::fold::fold;
use crate::domain::id::SessionId;
use crate::store::accounts::users::User;
use crate::store::{Conn, StoreError, access_log};

/// What happened to a session.
#[derive(Clone, Debug)]
pub(crate) struct SessionStep<'a> {
    /// Kind of the line.
    pub kind: AccessKind,
    /// The session.
    pub session: SessionId,
    /// Its account.
    pub user: &'a User,
    /// Network address of the request.
    pub address: &'a str,
    /// Id of the request.
    pub request_id: &'a str,
    /// What was shown at a log-in; empty for other steps.
    pub shown: &'a str,
}

/// Stores the line of a step, unless the limit of the day is reached: then it is counted.
///
/// # Errors
/// The database's.
pub(super) fn note(
    conn: &mut Conn,
    room: &LogInRoom,
    at: Timestamp,
    step: &SessionStep<'_>,
) -> Result<(), StoreError> {
    if !room.is_known(at) {
        room.begin(at, access_log::log_ins_of_day(conn, at)?);
    }
    if room.take(step.user.id, at) { access_log::add(conn, line(at, step)) } else { Ok(()) }
}

fn line(at: Timestamp, step: &SessionStep<'_>) -> AccessLine {
    let SessionStep { kind, session, user, address, request_id, shown } = step;
    let status = match kind {
        AccessKind::LoggedIn => 201,
        AccessKind::LoggedOut => 204,
        AccessKind::EndedByReuse
        | AccessKind::LogInFailed
        | AccessKind::Refused
        | AccessKind::Exported
        | AccessKind::BackedUp
        | AccessKind::LeftOut => 401,
    };
    let key = AccessKey {
        kind: *kind,
        account_id: Some(user.id),
        account: fold(&user.username),
        address: (*address).to_owned(),
        method: String::new(),
        path: format!("/sessions/{session}"),
        status,
        code: (*shown).to_owned(),
        project: None,
    };
    let request_id = (*request_id).to_owned();
    AccessLine { key, minute: start_of_minute(at), times: 1, last_at: at, request_id, rows: None }
}
