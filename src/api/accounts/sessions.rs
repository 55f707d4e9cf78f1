//! Log in and out, refresh tokens, show the caller's account and change its password.

use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::accounts::password;
use crate::api::accounts::users::UserView;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::SessionId;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::login_limit::LoginLimit;
use crate::http::problem::Problem;
use crate::http::reply::{Created, Json, NoContent};
use crate::http::request_id::RequestId;
use crate::http::routes::Routes;
use crate::http::signature::{Argument, Entry};
use crate::http::tokens::{digest, random_text};
use crate::routes;
use crate::store::accounts::sessions;
use crate::store::accounts::sessions::Presented;
use crate::store::accounts::users;
use crate::store::accounts::users::User;
use crate::store::events;
use crate::store::events::{Author, Event};
use crate::usecases::answer::Versioned;
use crate::usecases::permission::LoggedIn;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["sessions"; create_session, refresh_session, end_session, get_me, change_password]
}

/// User name and password of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct Credentials {
    /// The account's user name; case is ignored.
    #[schema(min_length = 1, max_length = 100)]
    pub username: String,
    /// The account's password.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
}

impl Credentials {
    fn sample() -> serde_json::Value {
        serde_json::json!({"username": "zhang.wei", "password": "river lantern copper 47"})
    }
}

/// A refresh token to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct Refresh {
    /// Refresh token from the last log-in or refresh; can be used once.
    #[schema(min_length = 1, max_length = 200)]
    pub refresh_token: String,
}

impl Refresh {
    fn sample() -> serde_json::Value {
        serde_json::json!({"refresh_token": "q4Zc1x0VbW3mJq2kq7oQ5k8m7G1yqQO0i8m3bq1x9hY"})
    }
}

/// An access token and the refresh token that renews it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
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

/// A change of the caller's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct PasswordChange {
    /// Current password.
    #[schema(min_length = 1, max_length = 200)]
    pub current_password: String,
    /// New password: at least 10 characters and not easily guessed.
    #[schema(min_length = 1, max_length = 200)]
    pub new_password: String,
}

impl PasswordChange {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "current_password": "river lantern copper 47",
            "new_password": "window ladder orchid 93",
        })
    }
}

/// Request id and network address of an unauthenticated request, recorded in its event.
pub struct Origin {
    request_id: String,
    /// The client's network address.
    pub address: String,
}

impl Origin {
    /// The author recorded for what `user` does in this request.
    pub fn author(&self, user: &User) -> Author {
        Author::user(user.id, &user.username, self.request_id.clone(), self.address.clone())
    }
}

impl Argument for Origin {
    fn describe(_: &mut Entry) {}
}

impl FromRequest for Origin {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let request_id =
            request.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
        let address = request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default();
        std::future::ready(Ok(Self { request_id, address }))
    }
}

/// Log in
///
/// Opens a session for a user name and password. Access tokens are valid for minutes; the refresh
/// token is valid for days and can be used once. Attempts are rate-limited per user name and per
/// address.
#[utoipa::path(
    post, path = "/sessions",
    responses(
        (status = 401, description = "The user name or password is wrong, or the account is disabled."),
    )
)]
async fn create_session(
    app: Data<App>,
    from: Origin,
    limit: LoginLimit,
    body: Body<Credentials>,
) -> Result<Created<SessionView>, Problem> {
    let user = recognise(&app, &from, &limit, body.0).await?;
    let now = app.clock.now();
    let ends = now.plus_hours(app.config.refresh_token_hours);
    let refresh_token = random_text().map_err(Problem::broken)?;
    let hash = digest(&refresh_token);
    let (author, user_id) = (from.author(&user), user.id);
    let session = app
        .db
        .write(move |conn| -> Result<SessionId, Problem> {
            let session = sessions::open(conn, user_id, now, ends)?;
            sessions::add_token(conn, session, &hash, now, ends)?;
            events::record(conn, &author, now, &Event::of_session("session.opened", session))?;
            Ok(session)
        })
        .await?;
    let view = session_view(&app, &user, session, refresh_token, now)?;
    Ok(Created { view, location: "/sessions/current".to_owned() })
}

/// Authenticates an account by user name and password; counts the attempt.
///
/// # Errors
/// 401 if the credentials are wrong, 429 after too many attempts.
pub async fn recognise(
    app: &App,
    from: &Origin,
    limit: &LoginLimit,
    shown: Credentials,
) -> Result<User, Problem> {
    let Credentials { username, password } = shown;
    limit.take(&username, &from.address)?;
    let found =
        app.db.read(move |conn| users::find_by_name(conn, &username).map_err(Problem::from));
    check_password(found.await?, password).await
}

/// Opens a session for the dashboard and returns the token for its cookie.
///
/// # Errors
/// As [`recognise`].
pub async fn open_page(
    app: &App,
    from: &Origin,
    limit: &LoginLimit,
    shown: Credentials,
) -> Result<String, Problem> {
    let user = recognise(app, from, limit, shown).await?;
    let now = app.clock.now();
    let ends = now.plus_hours(app.config.page_session_hours);
    let (author, id) = (from.author(&user), user.id);
    let session = app
        .db
        .write(move |conn| -> Result<SessionId, Problem> {
            let session = sessions::open(conn, id, now, ends)?;
            events::record(conn, &author, now, &Event::of_session("session.opened", session))?;
            Ok(session)
        })
        .await?;
    app.tokens.issue_cookie(user.id, session, now, ends).map_err(Problem::broken)
}

/// The account, if the password is right. For an unknown name a dummy hash is verified, so that
/// response times do not reveal which user names exist.
async fn check_password(user: Option<User>, password: String) -> Result<User, Problem> {
    let checked = tokio::task::spawn_blocking(move || {
        let stored = user.as_ref().map_or(NOBODY, |u| u.password_hash.as_str());
        let right = password::verify(&password, stored);
        user.filter(|u| right && u.disabled_at.is_none())
    });
    checked.await.map_err(Problem::broken)?.ok_or_else(wrong_credentials)
}

/// A hash that no known password matches, with the default cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGZvciBub2JvZHk$qkU0rQXLBlD1zCf8W3+2r6LZ3Y5JzZr0jvnC1x2hY9A";

fn wrong_credentials() -> Problem {
    let detail = Words::new(
        "用户名或密码不正确，或账号已停用。忘记密码请联系管理员。",
        "The user name or password is wrong, or the account is disabled. If you forgot the password, ask the administrator.",
    );
    Problem::unauthenticated("wrong-credentials", detail)
}

fn session_view(
    app: &App,
    user: &User,
    session: SessionId,
    refresh_token: String,
    now: Timestamp,
) -> Result<SessionView, Problem> {
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
    responses((status = 401, description = "The refresh token is unknown, expired or already used.")),
)]
async fn refresh_session(
    app: Data<App>,
    from: Origin,
    body: Body<Refresh>,
) -> Result<Json<SessionView>, Problem> {
    let now = app.clock.now();
    let shown = digest(&body.0.refresh_token);
    let next = random_text().map_err(Problem::broken)?;
    let next_hash = digest(&next);
    let outcome = app
        .db
        .write(move |conn| -> Result<Option<(User, SessionId)>, Problem> {
            match sessions::present(conn, &shown, now)? {
                Presented::Good { session, user, ends } => {
                    sessions::add_token(conn, session, &next_hash, now, ends)?;
                    Ok(Some((users::get(conn, user)?, session)))
                }
                Presented::UsedBefore { session, user } => {
                    sessions::end(conn, session, now, "refresh token reused")?;
                    let user = users::get(conn, user)?;
                    let author = from.author(&user);
                    let event = Event::of_session("session.ended_by_reuse", session);
                    events::record(conn, &author, now, &event)?;
                    Ok(None)
                }
                Presented::Unknown => Ok(None),
            }
        })
        .await?;
    let (user, session) =
        outcome.filter(|(user, _)| user.disabled_at.is_none()).ok_or_else(not_refreshable)?;
    Ok(Json(session_view(&app, &user, session, next, now)?))
}

fn not_refreshable() -> Problem {
    let detail = Words::new(
        "refresh_token 无效、已过期或已被使用过。请重新登录；若非本人操作，请立即修改密码。",
        "The refresh_token is unknown, expired or already used. Log in again; if you did not use it yourself, change your password immediately.",
    );
    Problem::unauthenticated("refresh-not-good", detail)
}

/// Log out
///
/// Ends the caller's session immediately and invalidates all its tokens.
#[utoipa::path(delete, path = "/sessions/current")]
pub async fn end_session(app: Data<App>, who: Permit<LoggedIn>) -> Result<NoContent, Problem> {
    let now = app.clock.now();
    let (author, session) = (who.author(), who.caller.session);
    app.db
        .write(move |conn| -> Result<(), Problem> {
            sessions::end(conn, session, now, "logged out")?;
            events::record(conn, &author, now, &Event::of_session("session.ended", session))?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
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
/// Ends all other sessions of the account; the current session stays open.
#[utoipa::path(put, path = "/me/password")]
pub async fn change_password(
    app: Data<App>,
    who: Permit<LoggedIn>,
    body: Body<PasswordChange>,
) -> Result<NoContent, Problem> {
    let Body(change) = body;
    let user = who.caller.user.clone();
    let effort = app.config.password_effort();
    let hash = tokio::task::spawn_blocking(move || new_hash(&user, &change, effort))
        .await
        .map_err(Problem::broken)??;
    let now = app.clock.now();
    let (author, user, session) = (who.author(), who.caller.user.id, who.caller.session);
    app.db
        .write(move |conn| -> Result<(), Problem> {
            users::set_password(conn, user, &hash, false)?;
            sessions::end_all(conn, user, Some(session), now, "password changed")?;
            events::record(conn, &author, now, &Event::of_user("user.password_changed", user))?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

fn new_hash(
    user: &User,
    change: &PasswordChange,
    effort: password::Effort,
) -> Result<String, Problem> {
    if !password::verify(&change.current_password, &user.password_hash) {
        let words = Words::new("当前密码不正确。", "The current password is wrong.");
        let wrong = FieldError::new("/current_password".to_owned(), "wrong-password", words);
        return Err(Problem::invalid(vec![wrong]));
    }
    let about = [user.username.as_str(), user.display_name.as_str()];
    if let Some((code, words)) = password::weakness(&change.new_password, &about) {
        let weak = FieldError::new("/new_password".to_owned(), code, words);
        return Err(Problem::invalid(vec![weak]));
    }
    password::hash(&change.new_password, effort).map_err(Problem::broken)
}

#[cfg(test)]
mod tests {
    use super::NOBODY;

    #[test]
    fn the_hash_of_nobody_is_one_that_costs_the_usual_effort() {
        let hash = argon2::password_hash::phc::PasswordHash::new(NOBODY).unwrap();

        assert_eq!(
            hash.params.get_decimal("m"),
            Some(crate::api::accounts::password::OWASP.memory_kib)
        );
        assert!(hash.salt.is_some() && hash.hash.is_some());
    }
}
