//! Open sessions: list one's own and end them; end all of an account.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::users::{UserPath, UserQuery};
use crate::domain::id::SessionId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::NoContent;
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::accounts::open_sessions::{self, OpenSessionView};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{KeepAccounts, LoggedIn};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["sessions"; list_sessions, end_session, end_my_session]
        .and(routes!["users"; end_user_sessions])
}

/// Path parameters of one session.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SessionPath {
    /// The session's id.
    pub session_id: SessionId,
}

/// List my sessions
///
/// The caller's own open sessions, newest first, with the network each was opened from. End one that is not yours to
/// your knowledge, and change your password.
#[utoipa::path(get, path = "/sessions")]
async fn list_sessions(
    who: Permit<LoggedIn>,
    Query(page): Query<UserQuery>,
) -> Result<Rows<PageView<OpenSessionView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    let idle = who.app.config.idle_limit();
    who.rows(page, move |ask, page| open_sessions::list(ask, idle, page)).await
}

/// Log out
///
/// Ends the caller's session immediately and invalidates all its tokens.
#[utoipa::path(delete, path = "/sessions/current")]
pub(crate) async fn end_session(who: Permit<LoggedIn>) -> Result<NoContent, Problem> {
    let room = who.app.log_ins.clone();
    who.change(move |ask| Ok(open_sessions::decide_end(ask, &room)), open_sessions::end).await?;
    Ok(NoContent)
}

/// End one of my sessions
///
/// Ends it immediately and invalidates all its tokens. Sessions of other accounts, and those that have ended, are
/// not found.
#[utoipa::path(delete, path = "/sessions/{session_id}")]
async fn end_my_session(
    who: Permit<LoggedIn>,
    Path(at): Path<SessionPath>,
) -> Result<NoContent, Problem> {
    let room = who.app.log_ins.clone();
    let decide = move |ask: &mut Ask<'_>| open_sessions::decide_end_of(ask, at.session_id, &room);
    who.change(decide, open_sessions::end).await?;
    Ok(NoContent)
}

/// End all sessions of an account
///
/// Ends them immediately and invalidates all their tokens. The account can log in again; disable it, or reset its
/// password, to prevent that.
#[utoipa::path(delete, path = "/users/{user_id}/sessions")]
async fn end_user_sessions(
    who: Permit<KeepAccounts>,
    Path(at): Path<UserPath>,
) -> Result<NoContent, Problem> {
    let decide = move |ask: &mut Ask<'_>| open_sessions::decide_end_all(ask, at.user_id);
    who.change(decide, open_sessions::end_all).await?;
    Ok(NoContent)
}
