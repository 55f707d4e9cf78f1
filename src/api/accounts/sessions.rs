//! Log in, refresh tokens, show the caller's account and change its password.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::SessionId;
use crate::http::access_recorder::Attempt;
use crate::http::app::App;
use crate::http::attempts::AttemptLimit;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::client_address::ClientAddress;
use crate::http::problem::Problem;
use crate::http::reply::{Created, Json, NoContent};
use crate::http::request_id::RequestId;
use crate::http::routes::Routes;
use crate::http::signature::{Argument, Entry};
use crate::http::tokens::random_text;
use crate::routes;
use crate::store::accounts::users::User;
use crate::usecases::accounts::password_check::PasswordCheck;
use crate::usecases::accounts::sessions::{
    self, Credentials, Opened, Opening, Origin, PasswordChange, Refresh, RefreshRequest, Refreshed,
};
use crate::usecases::accounts::totp::{self, RightCode};
use crate::usecases::accounts::user_view::UserView;
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Anonymous;
use crate::usecases::permission::LoggedIn;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["sessions"; create_session, refresh_session, get_me, change_password]
}

/// An access token and the refresh token that renews it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Access token; send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Lifetime of the access token in seconds.
    #[schema(minimum = 1)]
    pub expires_in: i64,
    /// Token to send to `POST /sessions/refresh`; can be used once.
    pub refresh_token: String,
    /// True if the account must change its password before it can do anything else.
    pub must_change_password: bool,
}

impl Versioned for SessionView {
    fn version(&self) -> i64 {
        1
    }
}

impl Argument for Origin {
    fn describe(_: &mut Entry) {}
}

impl FromRequest for Origin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let address = ClientAddress::of(request);
        ready(Ok(Self { request_id: RequestId::of(request), address }))
    }
}

/// Log in
///
/// Opens a session for a user name and password. Access tokens are valid for minutes; the refresh
/// token can be used once, for days, but a session that is not used for `IDLE_MINUTES` (30 by default)
/// ends. Attempts are rate-limited per user name and per address.
#[utoipa::path(
    post, path = "/sessions",
    responses(
        (status = 401, description = "The user name or password is wrong, or the account is disabled; `code-needed` or `code-wrong` for an account with a second factor."),
    )
)]
async fn create_session(
    app: Data<App>,
    from: Origin,
    limit: AttemptLimit,
    Body(credentials): Body<Credentials>,
) -> Result<Created<SessionView>, Problem> {
    let Authenticated { user, code } = authenticate(&app, &from, &limit, credentials).await?;
    let refresh_token = random_text().map_err(Problem::broken)?;
    let opening = Opening {
        user: user.clone(),
        origin: from,
        room: app.log_ins.clone(),
        hours: app.config.refresh_token_hours,
        code,
        refresh_token: Some(refresh_token.clone()),
    };
    let opened = app.write_anonymously(move |asked| sessions::open(asked, &opening)).await?;
    let view = session_view(&app, &user, opened.session, refresh_token)?;
    Ok(Created { view, location: "/sessions/current".to_owned() })
}

/// An account that has proved who it is.
pub(crate) struct Authenticated {
    /// The account.
    pub user: User,
    /// Its code, which is to be used up; `None` without a second factor.
    pub code: Option<RightCode>,
}

/// Authenticates an account by user name, password and, if it has a second factor, code; counts the
/// attempt.
///
/// # Errors
/// 401 if the credentials are wrong, 429 after too many attempts, 503 when too many passwords wait
/// to be checked.
pub(crate) async fn authenticate(
    app: &App,
    from: &Origin,
    limit: &AttemptLimit,
    credentials: Credentials,
) -> Result<Authenticated, Problem> {
    let name = credentials.username.clone();
    let checked = check_credentials(app, from, limit, credentials).await;
    checked.inspect_err(|problem| note_attempt(app, from, &name, "/sessions", problem))
}

/// Counts a failed attempt to be `name` in the access log.
pub(super) fn note_attempt(
    app: &App,
    from: &Origin,
    name: &str,
    path: &'static str,
    problem: &Problem,
) {
    let Origin { request_id, address } = from;
    let attempt = Attempt { name, path, address, request_id };
    app.access.note_attempt(attempt, problem, app.clock.now());
}

async fn check_credentials(
    app: &App,
    from: &Origin,
    limit: &AttemptLimit,
    Credentials { username, password, code }: Credentials,
) -> Result<Authenticated, Problem> {
    limit.take(&username, &from.address)?;
    let place = app.hashing.enter(&from.address)?;
    let name = username.clone();
    let find = move |asked: &mut Anonymous<'_>| sessions::find_account(asked, &name);
    let user = app.ask_anonymously(find).await?;
    let user = place.run(move || sessions::authenticate(user, &password)).await?;
    let id = user.id;
    let key = app.totp_key.clone();
    let has_code = code.as_deref().is_some_and(|code| !code.trim().is_empty());
    if has_code {
        limit.take_code(id)?;
    }
    let check = move |asked: &mut Anonymous<'_>| totp::check(asked, id, &key, code.as_deref());
    let code = app.ask_anonymously(check).await?;
    if has_code {
        limit.code_was_right(id);
    }
    limit.succeeded(&username, &from.address);
    Ok(Authenticated { user, code })
}

/// Opens a session for the dashboard and returns the token for its cookie.
///
/// # Errors
/// As [`authenticate`].
pub(crate) async fn open_page(
    app: &App,
    from: &Origin,
    limit: &AttemptLimit,
    credentials: Credentials,
) -> Result<String, Problem> {
    let Authenticated { user, code } = authenticate(app, from, limit, credentials).await?;
    let id = user.id;
    let opening = Opening {
        user,
        origin: from.clone(),
        room: app.log_ins.clone(),
        hours: app.config.page_session_hours,
        code,
        refresh_token: None,
    };
    let opened = app.write_anonymously(move |asked| sessions::open(asked, &opening)).await?;
    let Opened { session, at, ends } = opened;
    app.tokens.issue_cookie(id, session, at, ends).map_err(Problem::broken)
}

fn session_view(
    app: &App,
    user: &User,
    session: SessionId,
    refresh_token: String,
) -> Result<SessionView, Problem> {
    let now = app.clock.now();
    Ok(SessionView {
        access_token: app.tokens.issue(user.id, session, None, now).map_err(Problem::broken)?,
        token_type: "Bearer".to_owned(),
        expires_in: app.tokens.lifetime_seconds,
        refresh_token,
        must_change_password: user.must_change_password,
    })
}

/// Refresh a session
///
/// Exchanges the refresh token for a new access token and a new refresh token. Each refresh token
/// can be used once; reuse is treated as theft and ends the whole session.
#[utoipa::path(
    post, path = "/sessions/refresh",
    responses((status = 401, description = "The refresh token is unknown, expired or already used, or its session was not used for too long.")),
)]
async fn refresh_session(
    app: Data<App>,
    from: Origin,
    limit: AttemptLimit,
    Body(Refresh { refresh_token: shown }): Body<Refresh>,
) -> Result<Json<SessionView>, Problem> {
    let next = random_text().map_err(Problem::broken)?;
    let refreshed = refresh(&app, &from, &limit, shown, next.clone()).await;
    let path = "/sessions/refresh";
    let refreshed =
        refreshed.inspect_err(|problem| note_attempt(&app, &from, "", path, problem))?;
    Ok(Json(session_view(&app, &refreshed.user, refreshed.session, next)?))
}

async fn refresh(
    app: &App,
    from: &Origin,
    limit: &AttemptLimit,
    shown: String,
    next: String,
) -> Result<Refreshed, Problem> {
    limit.take_address(&from.address)?;
    let request = RefreshRequest {
        origin: from.clone(),
        idle: app.config.idle_limit(),
        room: app.log_ins.clone(),
    };
    let refresh =
        move |asked: &mut Anonymous<'_>| sessions::refresh(asked, &shown, &next, &request);
    let refreshed = app.write_anonymously(refresh).await?;
    Ok(sessions::must_be_refreshed(refreshed)?)
}

/// Show my account
///
/// The account that the token belongs to, with its role and its unit or area.
#[utoipa::path(get, path = "/me")]
async fn get_me(who: Permit<LoggedIn>) -> Result<Json<UserView>, Problem> {
    Ok(Json(who.caller.user.clone().into()))
}

/// Change my password
///
/// Ends all other sessions of the account; the current session stays open. Attempts are limited
/// together with log-ins. The last five passwords are not taken again.
#[utoipa::path(put, path = "/me/password")]
pub(crate) async fn change_password(
    who: Permit<LoggedIn>,
    limit: AttemptLimit,
    Body(change): Body<PasswordChange>,
) -> Result<NoContent, Problem> {
    let changed = try_to_change(&who, &limit, change).await;
    let author = &who.caller.author;
    let from =
        Origin { request_id: author.request_id().to_owned(), address: author.origin().to_owned() };
    let name = &who.caller.user.username;
    changed.inspect_err(|problem| note_attempt(&who.app, &from, name, "/me/password", problem))
}

async fn try_to_change(
    who: &Permit<LoggedIn>,
    limit: &AttemptLimit,
    change: PasswordChange,
) -> Result<NoContent, Problem> {
    let user = who.caller.user.clone();
    limit.take(&user.username, who.caller.author.origin())?;
    let effort = who.app.config.password_effort();
    let id = user.id;
    let check = who.ask(move |ask| PasswordCheck::load(ask, Some(id))).await?;
    let hash = who.hash(move || sessions::new_hash(&user, &change, &check, effort)).await?;
    who.change(move |ask| Ok(sessions::decide_password(ask, &hash)), sessions::save_password)
        .await?;
    Ok(NoContent)
}
