//! Sessions: opened by a password, refreshed; one's own password.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::access_log::AccessKind;
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::account::session::{IdleLimit, network_of};
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{SessionId, UserId};
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::accounts::passwords;
use crate::store::accounts::sessions::{self, NewSession, Presented};
use crate::store::accounts::users::{self, User};
use crate::store::events::{self, Author, Event};
use crate::usecases::accounts::log_ins::{self, SessionStep};
use crate::usecases::accounts::password::{self, Effort};
use crate::usecases::accounts::password_check::PasswordCheck;
use crate::usecases::accounts::totp::{self, RightCode};
use crate::usecases::ask::{Anonymous, Ask, Stamp};
use crate::usecases::random::digest;
use crate::usecases::refusal::Refusal;

/// User name and password of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct Credentials {
    /// The account's user name; case is ignored.
    #[schema(min_length = 1, max_length = 100)]
    pub username: String,
    /// The account's password.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
    /// Code of the authenticator app, or a recovery code; only for accounts with a second factor.
    #[schema(min_length = 1, max_length = 40, nullable = false)]
    #[serde(default)]
    pub code: Option<String>,
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
pub(crate) struct Refresh {
    /// Refresh token from the last log-in or refresh; can be used once.
    #[schema(min_length = 1, max_length = 200)]
    pub refresh_token: String,
}

impl Refresh {
    fn sample() -> serde_json::Value {
        serde_json::json!({"refresh_token": "q4Zc1x0VbW3mJq2kq7oQ5k8m7G1yqQO0i8m3bq1x9hY"})
    }
}

/// A change of the caller's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct PasswordChange {
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

/// Where a request without a caller came from, recorded in its event or its line of the access log.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The request's id.
    pub request_id: String,
    /// The client's network address.
    pub address: String,
}

impl Origin {
    /// The author recorded for what `user` does in this request.
    pub(crate) fn author(&self, user: &User) -> Author {
        Author::user(user.id, &user.username, self.request_id.clone(), self.address.clone())
    }

    /// A step of a session of `user` in this request.
    pub(super) fn step<'a>(
        &'a self,
        kind: AccessKind,
        session: SessionId,
        user: &'a User,
        shown: &'a str,
    ) -> SessionStep<'a> {
        let Self { request_id, address } = self;
        SessionStep { kind, session, user, address, request_id, shown }
    }
}

/// The account with this user name, if there is one. Passwords are checked by [`authenticate`].
///
/// # Errors
/// The database's.
pub(crate) fn find_account(asked: &mut Anonymous<'_>, name: &str) -> Result<Option<User>, Refusal> {
    Ok(users::find_by_name(asked.conn, name)?)
}

/// The account, if `password` is right. Slow: call it on a blocking thread.
///
/// For an unknown name a dummy hash is verified, so that response times do not reveal which user
/// names exist.
///
/// # Errors
/// Unauthenticated when name or password is wrong or the account is disabled.
pub(crate) fn authenticate(user: Option<User>, password: &str) -> Result<User, Refusal> {
    let stored = user.as_ref().map_or(NOBODY, |u| u.password_hash.as_str());
    let right = password::verify(password, stored);
    user.filter(|u| right && u.disabled_at.is_none()).ok_or_else(wrong_credentials)
}

/// A hash that no known password matches, with the default cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGZvciBub2JvZHk$qkU0rQXLBlD1zCf8W3+2r6LZ3Y5JzZr0jvnC1x2hY9A";

fn wrong_credentials() -> Refusal {
    let detail = Words::new(
        "用户名或密码不正确，或账号已停用。忘记密码请联系管理员。",
        "The user name or password is wrong, or the account is disabled. If you forgot the password, ask the administrator.",
    );
    Refusal::unauthenticated("wrong-credentials", detail)
}

/// A session that is to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The account.
    pub user: User,
    /// The request.
    pub origin: Origin,
    /// Room for its line in the access log.
    pub room: LogInRoom,
    /// How long it lasts, in hours.
    pub hours: i64,
    /// The one-time code to be used up; `None` without a second factor.
    pub code: Option<RightCode>,
    /// The refresh token; `None` for a session that is not refreshed.
    pub refresh_token: Option<String>,
}

/// A session that was opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    /// The session.
    pub session: SessionId,
    /// When it was opened.
    pub at: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
}

/// Opens a session and uses its code up. Its line of the access log says what was shown: `password`,
/// `one-time-code` or `recovery-code`; a recovery code has an event too.
///
/// # Errors
/// `code-wrong` when another log-in has used the code meanwhile.
pub(crate) fn open(asked: &mut Anonymous<'_>, opening: &Opening) -> Result<Opened, Refusal> {
    let Opening { user, origin, room, hours, code, refresh_token } = opening;
    let conn = &mut *asked.conn;
    let at = asked.now.instant;
    let ends = at.plus_hours(*hours);
    let mut shown = "password";
    if let Some(code) = code {
        shown = "one-time-code";
        if totp::use_up(conn, user.id, code)? {
            shown = "recovery-code";
            let event = Event::of_user("user.recovery_code_used", user.id);
            events::record(conn, &origin.author(user), at, &event)?;
        }
    }
    let network = network_of(&origin.address);
    let session = sessions::open(conn, &NewSession { user: user.id, at, ends, network })?;
    if let Some(token) = refresh_token {
        sessions::add_token(conn, session, &digest(token), at, ends)?;
    }
    log_ins::note(conn, room, at, &origin.step(AccessKind::LoggedIn, session, user, shown))?;
    Ok(Opened { session, at, ends })
}

/// A session whose refresh token was exchanged.
#[derive(Debug)]
pub(crate) struct Refreshed {
    /// The session.
    pub session: SessionId,
    /// Its account.
    pub user: User,
}

/// The request of an exchange of refresh tokens.
#[derive(Clone, Debug)]
pub(crate) struct RefreshRequest {
    /// The request.
    pub origin: Origin,
    /// How long a session may be unused.
    pub idle: IdleLimit,
    /// Room for a line in the access log.
    pub room: LogInRoom,
}

/// Exchanges the refresh token `shown` for `next`, unless its session is idle. A token that was used
/// before ends its session: somebody has stolen it.
///
/// The outcome is an option and not a refusal, because the end of a stolen session must be saved.
///
/// # Errors
/// The database's.
pub(crate) fn refresh(
    asked: &mut Anonymous<'_>,
    shown: &str,
    next: &str,
    at: &RefreshRequest,
) -> Result<Option<Refreshed>, Refusal> {
    let (conn, now) = (&mut *asked.conn, asked.now.instant);
    match sessions::present(conn, &digest(shown), now, at.idle)? {
        Presented::Good { session, user, ends } => {
            sessions::add_token(conn, session, &digest(next), now, ends)?;
            Ok(Some(Refreshed { session, user: users::get(conn, user)? }))
        }
        Presented::UsedBefore { session, user } => {
            sessions::end(conn, session, now, "refresh token reused")?;
            let user = users::get(conn, user)?;
            let step = at.origin.step(AccessKind::EndedByReuse, session, &user, "");
            log_ins::note(conn, &at.room, now, &step)?;
            Ok(None)
        }
        Presented::Unknown => Ok(None),
    }
}

/// What [`refresh`] found, unless its account is disabled.
///
/// # Errors
/// Unauthenticated when the token cannot be exchanged.
pub(crate) fn must_be_refreshed(refreshed: Option<Refreshed>) -> Result<Refreshed, Refusal> {
    refreshed.filter(|r| r.user.disabled_at.is_none()).ok_or_else(not_refreshable)
}

fn not_refreshable() -> Refusal {
    let detail = Words::new(
        "refresh_token 无效、已过期或已被使用过。请重新登录；若非本人操作，请立即修改密码。",
        "The refresh_token is unknown, expired or already used. Log in again; if you did not use it yourself, change your password immediately.",
    );
    Refusal::unauthenticated("refresh-not-good", detail)
}

/// Checks the current password of `user` and hashes the new one. Slow: call it on a blocking
/// thread.
///
/// # Errors
/// Invalid when the current password is wrong or the new one is weak or was used before.
pub(crate) fn new_hash(
    user: &User,
    change: &PasswordChange,
    check: &PasswordCheck,
    effort: Effort,
) -> Result<String, Refusal> {
    if !password::verify(&change.current_password, &user.password_hash) {
        let words = Words::new("当前密码不正确。", "The current password is wrong.");
        let wrong = FieldError::new("/current_password".to_owned(), "wrong-password", words);
        return Err(Refusal::invalid(vec![wrong]));
    }
    let about = [user.username.as_str(), user.display_name.as_str()];
    if let Some(fault) = check.fault(&change.new_password, &about) {
        let pointer = "/new_password".to_owned();
        return Err(Refusal::invalid(vec![FieldError { pointer, ..fault }]));
    }
    password::hash(&change.new_password, effort).map_err(Refusal::broken)
}

/// A password of the caller's own that is to be stored.
pub(crate) struct PasswordChanged {
    user: UserId,
    session: SessionId,
    hash: String,
    stamp: Stamp,
}

/// Sets the caller's password to the hash that [`new_hash`] made.
pub(crate) fn decide_password(ask: &Ask<'_>, hash: &str) -> PasswordChanged {
    let user = ask.caller.user.id;
    let session = ask.caller.session;
    PasswordChanged { user, session, hash: hash.to_owned(), stamp: ask.stamp() }
}

/// Saves a password, ends all other sessions of the account, and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn save_password(conn: &mut Conn, changed: PasswordChanged) -> Result<(), Refusal> {
    let PasswordChanged { user, session, hash, stamp } = changed;
    let now = stamp.now.instant;
    passwords::set(conn, user, &hash, false)?;
    sessions::end_all(conn, user, Some(session), now, "password changed")?;
    let event = Event::of_user("user.password_changed", user);
    Ok(events::record(conn, &stamp.author, now, &event)?)
}

#[cfg(test)]
mod tests {
    use super::NOBODY;

    #[test]
    fn the_hash_of_nobody_is_one_that_costs_the_usual_effort() {
        let hash = argon2::password_hash::phc::PasswordHash::new(NOBODY).unwrap();

        assert_eq!(
            hash.params.get_decimal("m"),
            Some(crate::usecases::accounts::password::OWASP.memory_kib)
        );
        assert!(hash.salt.is_some() && hash.hash.is_some());
    }
}
