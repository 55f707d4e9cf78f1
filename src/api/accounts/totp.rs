//! The second factor: `/me/totp`, and its removal by an administrator.

use std::future::Future;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::accounts::sessions::note_attempt;
use crate::api::accounts::users::UserPath;
use crate::http::attempts::AttemptLimit;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Json, NoContent};
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::http::tokens::random_text;
use crate::routes;
use crate::usecases::accounts::recovery_codes::RecoveryCodes;
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::accounts::totp::{self, TotpCode, TotpEnrolment, TotpRequest, TotpView};
use crate::usecases::ask::Ask;
use crate::usecases::permission::{KeepAccounts, UseSecondFactor};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["sessions"; get_my_totp, create_my_totp, confirm_my_totp, delete_my_totp]
        .and(routes!["users"; delete_totp])
}

/// Recovery codes, each of which is taken once in place of a code. They are shown only once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpRecoveryCodes {
    /// The codes.
    #[schema(example = json!(["MFRG-GZDF-MZTW-Q2LK-NRWW-G33Q-OE"]))]
    pub recovery_codes: Vec<String>,
}

/// Counts an attempt to prove who one is, and notes it in the access log if it fails.
async fn counted<T>(
    who: &Permit<UseSecondFactor>,
    limit: &AttemptLimit,
    path: &'static str,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let author = &who.caller.author;
    let from =
        Origin { request_id: author.request_id().to_owned(), address: author.origin().to_owned() };
    let name = &who.caller.user.username;
    let done = match limit.take(name, &from.address) {
        Ok(()) => work.await,
        Err(problem) => Err(problem),
    };
    done.inspect_err(|problem| note_attempt(&who.app, &from, name, path, problem))
}

/// As [`counted`], for an attempt by a code, which counts with all codes of the account.
async fn counted_code<T>(
    who: &Permit<UseSecondFactor>,
    limit: &AttemptLimit,
    path: &'static str,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let account = who.caller.user.id;
    let work = async {
        limit.take_code(account)?;
        let done = work.await?;
        limit.code_was_right(account);
        Ok(done)
    };
    counted(who, limit, path, work).await
}

/// Show my second factor
///
/// Whether log-in needs a code of an authenticator app besides the password. It is for the roles `commission`,
/// `auditor` and `admin`, and optional unless the operator demands it (`REQUIRE_SECOND_FACTOR`).
#[utoipa::path(get, path = "/me/totp")]
async fn get_my_totp(who: Permit<UseSecondFactor>) -> Result<Json<TotpView>, Problem> {
    who.ask(totp::show).await.map(Json)
}

/// Begin with a second factor
///
/// Makes a secret for an authenticator app (RFC 6238: six digits, 30 seconds, SHA-1). It is returned only in this
/// response; a repeated request makes another. Log-in needs a code as soon as one was confirmed. Attempts are limited
/// together with log-ins.
#[utoipa::path(
    put, path = "/me/totp",
    responses((status = 409, description = "A second factor is in use; remove it first.")),
)]
async fn create_my_totp(
    who: Permit<UseSecondFactor>,
    limit: AttemptLimit,
    Body(request): Body<TotpRequest>,
) -> Result<Json<TotpEnrolment>, Problem> {
    begin(&who, &limit, request).await.map(Json)
}

/// Begins with a second factor, after the password was checked.
///
/// # Errors
/// As [`totp::check_password`] and [`totp::decide_beginning`].
pub(crate) async fn begin(
    who: &Permit<UseSecondFactor>,
    limit: &AttemptLimit,
    TotpRequest { current_password }: TotpRequest,
) -> Result<TotpEnrolment, Problem> {
    let user = who.caller.user.clone();
    let check = who.hash(move || totp::check_password(&user, &current_password));
    counted(who, limit, "/me/totp", check).await?;
    let salt = random_text().map_err(Problem::broken)?;
    let secret = who.app.totp_key.secret(&salt);
    who.change(move |ask| totp::decide_beginning(ask, &salt), totp::begin).await?;
    Ok(TotpEnrolment { secret: secret.text(), uri: secret.uri(&who.caller.user.username) })
}

/// Confirm my second factor
///
/// The first code shows that the app has the secret. Log-in needs a code from now on; all other sessions of the
/// account end. The recovery codes are returned only in this response. Attempts are limited together with log-ins.
#[utoipa::path(
    put, path = "/me/totp/confirmation",
    responses((status = 409, description = "No secret was made, or one is in use.")),
)]
async fn confirm_my_totp(
    who: Permit<UseSecondFactor>,
    limit: AttemptLimit,
    Body(given): Body<TotpCode>,
) -> Result<Json<TotpRecoveryCodes>, Problem> {
    let recovery_codes = confirm(&who, &limit, given).await?;
    Ok(Json(TotpRecoveryCodes { recovery_codes }))
}

/// Confirms the caller's second factor; returns its recovery codes.
///
/// # Errors
/// As [`totp::decide_confirmation`].
pub(crate) async fn confirm(
    who: &Permit<UseSecondFactor>,
    limit: &AttemptLimit,
    TotpCode { code }: TotpCode,
) -> Result<Vec<String>, Problem> {
    let codes = RecoveryCodes::make()?;
    let key = who.app.totp_key.clone();
    let made = codes.clone();
    let decide = move |ask: &mut Ask<'_>| totp::decide_confirmation(ask, &key, &code, &made);
    let change = who.change(decide, totp::confirm);
    counted_code(who, limit, "/me/totp/confirmation", change).await?;
    Ok(codes.texts())
}

/// Remove my second factor
///
/// Needs a current code, or a recovery code. If you have neither, an administrator removes it. Attempts are limited
/// together with log-ins.
#[utoipa::path(
    post, path = "/me/totp/removal",
    responses((status = 409, description = "There is no second factor.")),
)]
async fn delete_my_totp(
    who: Permit<UseSecondFactor>,
    limit: AttemptLimit,
    Body(given): Body<TotpCode>,
    once: Once,
) -> Result<Stored<NoContent>, Problem> {
    remove(&who, &limit, given, &once).await
}

/// Removes the caller's second factor.
///
/// # Errors
/// As [`totp::decide_removal`].
pub(crate) async fn remove(
    who: &Permit<UseSecondFactor>,
    limit: &AttemptLimit,
    TotpCode { code }: TotpCode,
    once: &Once,
) -> Result<Stored<NoContent>, Problem> {
    let key = who.app.totp_key.clone();
    let decide = move |ask: &mut Ask<'_>| totp::decide_removal(ask, &key, &code);
    let change = once.change(who, decide, totp::remove, |()| NoContent);
    counted_code(who, limit, "/me/totp/removal", change).await
}

/// Remove the second factor of an account
///
/// For somebody who lost the device and the recovery codes. Log-in then needs the password alone; the account can begin
/// with another secret, and its sessions end. Nobody removes their own in this way: that is `POST /me/totp/removal`.
#[utoipa::path(delete, path = "/users/{user_id}/totp")]
async fn delete_totp(
    who: Permit<KeepAccounts>,
    Path(at): Path<UserPath>,
) -> Result<NoContent, Problem> {
    let decide = move |ask: &mut Ask<'_>| totp::decide_removal_of(ask, at.user_id);
    who.change(decide, totp::remove_of_another).await?;
    Ok(NoContent)
}
