//! The second factor: one-time codes of an authenticator app, enrolled, confirmed, asked for at
//! log-in, removed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::totp::TotpKey;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{SessionId, UserId};
use crate::domain::words::Words;
use crate::store::accounts::sessions;
use crate::store::accounts::totp::{self, Totp};
use crate::store::accounts::users::{self, User};
use crate::store::events::{self, Event};
use crate::store::{Conn, StoreError};
use crate::usecases::accounts::password;
use crate::usecases::accounts::recovery_codes::{RecoveryCodes, digest_of};
use crate::usecases::ask::{Anonymous, Ask, Stamp};
use crate::usecases::refusal::{Refusal, RefusalKind};

/// The caller's second factor.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Totp)]
pub(crate) struct TotpView {
    /// True if a new secret was made that no code has confirmed yet. Log-in needs no code until then.
    pub pending: bool,
    /// Time it was confirmed; log-in needs a code since then. Null if there is none.
    pub confirmed_at: Option<Timestamp>,
    /// Number of recovery codes that were not used.
    #[schema(minimum = 0)]
    pub recovery_codes_left: i64,
}

/// Request for a secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct TotpRequest {
    /// Current password.
    #[schema(min_length = 1, max_length = 200)]
    pub current_password: String,
}

impl TotpRequest {
    fn sample() -> serde_json::Value {
        serde_json::json!({"current_password": "river lantern copper 47"})
    }
}

/// A new secret. It is shown only once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TotpEnrolment {
    /// The secret in base 32, to be typed into an authenticator app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same as an address for apps, which is usually shown as a QR code.
    #[schema(
        example = "otpauth://totp/Major%20Projects:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Major%20Projects&algorithm=SHA1&digits=6&period=30"
    )]
    pub uri: String,
}

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct TotpCode {
    /// Code of the authenticator app; to remove it, a recovery code is taken too.
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
}

impl TotpCode {
    fn sample() -> serde_json::Value {
        serde_json::json!({"code": "287082"})
    }
}

/// The caller's second factor.
///
/// # Errors
/// The database's.
pub(crate) fn show(ask: &mut Ask<'_>) -> Result<TotpView, Refusal> {
    let id = ask.caller.user.id;
    view(ask, id)
}

/// The second factor of an account.
///
/// # Errors
/// The database's.
pub(crate) fn view(ask: &mut Ask<'_>, user: UserId) -> Result<TotpView, Refusal> {
    let found = totp::find(ask.conn, user)?;
    let confirmed_at = found.as_ref().and_then(|totp| totp.confirmed_at);
    let recovery_codes_left = totp::recovery_codes_left(ask.conn, user)?;
    Ok(TotpView {
        pending: found.is_some() && confirmed_at.is_none(),
        confirmed_at,
        recovery_codes_left,
    })
}

/// Checks a password. Slow: call it on a blocking thread.
///
/// # Errors
/// Invalid when it is wrong.
pub(crate) fn check_password(user: &User, given: &str) -> Result<(), Refusal> {
    if password::verify(given, &user.password_hash) {
        return Ok(());
    }
    let words = Words::new("当前密码不正确。", "The current password is wrong.");
    Err(Refusal::invalid(vec![FieldError::new("/current_password", "wrong-password", words)]))
}

/// A second factor that is to be begun.
pub(crate) struct Beginning {
    user: UserId,
    salt: String,
    stamp: Stamp,
}

/// Begins a second factor with the secret of `salt`; replaces one that was not confirmed.
///
/// # Errors
/// A conflict when one is confirmed.
pub(crate) fn decide_beginning(ask: &mut Ask<'_>, salt: &str) -> Result<Beginning, Refusal> {
    let user = ask.caller.user.id;
    if totp::find(ask.conn, user)?.is_some_and(|totp| totp.confirmed_at.is_some()) {
        return Err(confirmed_before());
    }
    Ok(Beginning { user, salt: salt.to_owned(), stamp: ask.stamp() })
}

/// Saves an unconfirmed second factor and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn begin(conn: &mut Conn, beginning: Beginning) -> Result<(), Refusal> {
    let Beginning { user, salt, stamp } = beginning;
    totp::put(conn, user, &salt, stamp.now.instant)?;
    record(conn, &stamp, "user.totp_enrolled", user)
}

/// A second factor that is to be confirmed.
pub(crate) struct Confirmation {
    user: UserId,
    session: SessionId,
    step: i64,
    digests: Vec<String>,
    stamp: Stamp,
}

/// Confirms the caller's second factor by its first code, with these recovery codes.
///
/// # Errors
/// A conflict when none was begun, or one is confirmed; invalid when the code is wrong.
pub(crate) fn decide_confirmation(
    ask: &mut Ask<'_>,
    key: &TotpKey,
    given: &str,
    codes: &RecoveryCodes,
) -> Result<Confirmation, Refusal> {
    let user = ask.caller.user.id;
    let now = ask.now.instant;
    let found = totp::find(ask.conn, user)?.ok_or_else(not_begun)?;
    if found.confirmed_at.is_some() {
        return Err(confirmed_before());
    }
    let step = key.secret(&found.salt).step_of(given, now, found.last_step);
    let step = step.ok_or_else(wrong_code_field)?;
    let session = ask.caller.session;
    Ok(Confirmation { user, session, step, digests: codes.digests(), stamp: ask.stamp() })
}

/// Saves the confirmation, ends the other sessions of the account, and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn confirm(conn: &mut Conn, confirmation: Confirmation) -> Result<(), Refusal> {
    let Confirmation { user, session, step, digests, stamp } = confirmation;
    let now = stamp.now.instant;
    totp::confirm(conn, user, step, &digests, now)?;
    sessions::end_all(conn, user, Some(session), now, "second factor confirmed")?;
    record(conn, &stamp, "user.totp_confirmed", user)
}

/// A second factor that is to be removed.
pub(crate) struct Removal {
    user: UserId,
    stamp: Stamp,
}

/// Removes the caller's second factor by one of its codes.
///
/// # Errors
/// A conflict when there is none; invalid when the code is wrong.
pub(crate) fn decide_removal(
    ask: &mut Ask<'_>,
    key: &TotpKey,
    given: &str,
) -> Result<Removal, Refusal> {
    let user = ask.caller.user.id;
    let now = ask.now.instant;
    let found = totp::find(ask.conn, user)?.ok_or_else(not_begun)?;
    look(ask.conn, &found, key, given, now)?.ok_or_else(wrong_code_field)?;
    Ok(Removal { user, stamp: ask.stamp() })
}

/// Removes the second factor of somebody who has lost it.
///
/// # Errors
/// Forbidden for one's own; not found when the account has none.
pub(crate) fn decide_removal_of(ask: &mut Ask<'_>, user: UserId) -> Result<Removal, Refusal> {
    if user == ask.caller.user.id {
        return Err(own_factor());
    }
    let user = users::person(ask.conn, user)?.id;
    totp::find(ask.conn, user)?.ok_or_else(Refusal::not_found)?;
    Ok(Removal { user, stamp: ask.stamp() })
}

/// As [`remove`], and ends the sessions of the account: who lost the device may not be who asks.
///
/// # Errors
/// The database's.
pub(crate) fn remove_of_another(conn: &mut Conn, removal: Removal) -> Result<(), Refusal> {
    sessions::end_all(
        conn,
        removal.user,
        None,
        removal.stamp.now.instant,
        "second factor removed",
    )?;
    remove(conn, removal)
}

/// Removes a second factor with its recovery codes, and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn remove(conn: &mut Conn, removal: Removal) -> Result<(), Refusal> {
    let Removal { user, stamp } = removal;
    totp::remove(conn, user)?;
    record(conn, &stamp, "user.totp_removed", user)
}

fn record(conn: &mut Conn, stamp: &Stamp, kind: &'static str, user: UserId) -> Result<(), Refusal> {
    Ok(events::record(conn, &stamp.author, stamp.now.instant, &Event::of_user(kind, user))?)
}

/// A code that was right, and is to be used up.
#[derive(Clone, Debug)]
pub(crate) enum RightCode {
    /// The code of a step.
    Step(i64),
    /// The recovery code with this digest.
    Recovery(String),
}

/// Checks the code of a log-in, without writing. `None` for an account without a second factor.
///
/// # Errors
/// Unauthenticated: `code-needed`, `code-wrong`.
pub(crate) fn check(
    asked: &mut Anonymous<'_>,
    user: UserId,
    key: &TotpKey,
    given: Option<&str>,
) -> Result<Option<RightCode>, Refusal> {
    let found = totp::find(asked.conn, user)?.filter(|totp| totp.confirmed_at.is_some());
    let Some(found) = found else { return Ok(None) };
    let given = given.filter(|code| !code.trim().is_empty()).ok_or_else(code_needed)?;
    let right = look(asked.conn, &found, key, given, asked.now.instant)?;
    right.map(Some).ok_or_else(code_wrong)
}

/// The right code that `given` is; `None` if it is wrong or was used.
fn look(
    conn: &mut Conn,
    found: &Totp,
    key: &TotpKey,
    given: &str,
    now: Timestamp,
) -> Result<Option<RightCode>, StoreError> {
    if let Some(step) = key.secret(&found.salt).step_of(given, now, found.last_step) {
        return Ok(Some(RightCode::Step(step)));
    }
    let digest = digest_of(given);
    let known = totp::has_recovery_code(conn, found.user, &digest)?;
    Ok(known.then_some(RightCode::Recovery(digest)))
}

/// Uses a code up, in the transaction that opens the session. Returns true for a recovery code.
///
/// # Errors
/// `code-wrong` when another log-in has used it meanwhile.
pub(crate) fn use_up(conn: &mut Conn, user: UserId, code: &RightCode) -> Result<bool, Refusal> {
    let used = match code {
        RightCode::Step(step) => totp::use_step(conn, user, *step)?,
        RightCode::Recovery(digest) => totp::use_recovery_code(conn, user, digest)?,
    };
    if used { Ok(matches!(code, RightCode::Recovery(_))) } else { Err(code_wrong()) }
}

fn own_factor() -> Refusal {
    let words = Words::new(
        "不能这样解除自己的动态码；请用动态码或恢复码解除（POST /api/v1/me/totp/removal），或请另一位管理员办理。",
        "You cannot remove your own second factor in this way. Use a code (POST /api/v1/me/totp/removal), or ask another administrator.",
    );
    Refusal::new(RefusalKind::Forbidden, "own-second-factor", words)
}

fn code_needed() -> Refusal {
    let words = Words::new(
        "该账号已启用动态码：请同时填写身份验证器上的 6 位动态码（code），或一个恢复码。",
        "The account has a second factor: also send the 6 digits of your authenticator app as `code`, or a recovery code.",
    );
    Refusal::unauthenticated("code-needed", words)
}

fn code_wrong() -> Refusal {
    let words = Words::new(
        "动态码不正确、已过期或已使用过；请等下一个动态码再试，并核对手机时间。遗失设备可用恢复码，或请管理员解除。",
        "The code is wrong, expired or was used. Wait for the next one, and check the clock of your device. If you lost it, use a recovery code or ask the administrator.",
    );
    Refusal::unauthenticated("code-wrong", words)
}

fn wrong_code_field() -> Refusal {
    let words = Words::new(
        "动态码不正确、已过期或已使用过；请等下一个动态码再试，并核对手机时间。",
        "The code is wrong, expired or was used. Wait for the next one, and check the clock of your device.",
    );
    Refusal::invalid(vec![FieldError::new("/code", "wrong-code", words)])
}

fn confirmed_before() -> Refusal {
    let words = Words::new(
        "已启用动态码；如需更换，请先解除：POST /api/v1/me/totp/removal。",
        "A second factor is in use. Remove it first to replace it: POST /api/v1/me/totp/removal.",
    );
    Refusal::conflict("totp-in-use", words)
}

fn not_begun() -> Refusal {
    let words = Words::new(
        "尚未启用动态码；请先获取密钥：PUT /api/v1/me/totp。",
        "There is no second factor. Get a secret first: PUT /api/v1/me/totp.",
    );
    Refusal::conflict("totp-not-begun", words)
}
