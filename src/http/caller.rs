//! Authentication of the caller, and the permission check as an argument of handlers.
//!
//! A layer before the handlers reads the token and loads its session and account from the
//! database, so that revocation and a change of role take effect at once. [`Permit`] then checks
//! the permission before path and body are parsed.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};

use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::id::{ClientId, SessionId, UserId};
use crate::domain::words::{Language, Words};
use crate::http::app::App;
use crate::http::client_address::ClientAddress;
use crate::http::long_write::LongCaller;
use crate::http::plain_text::check_address;
use crate::http::problem::Problem;
use crate::http::request_id::RequestId;
use crate::http::signature::{Argument, Entry};
use crate::http::tokens::Machine;
use crate::store::Conn;
use crate::usecases::accounts::holder::{self, SessionRules, TokenClient, TokenHolder};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::{Anonymous, Ask};
use crate::usecases::caller::Caller;
use crate::usecases::permission::Permission;
use crate::usecases::refusal::Refusal;

/// Request extension: the account of the token, or why the token is invalid.
#[derive(Clone)]
struct Authentication(Result<Caller, Problem>);

/// Request extension: the account has used up its quota.
#[derive(Clone)]
struct OverQuota(Problem);

/// The account that calls, if the request carries a valid token.
pub(crate) fn calling_user(request: &HttpRequest) -> Option<UserId> {
    caller(request).map(|caller| caller.user.id)
}

/// The caller, if the request carries a valid token.
pub(crate) fn caller(request: &HttpRequest) -> Option<Caller> {
    let authentication = request.extensions().get::<Authentication>().cloned()?;
    authentication.0.ok()
}

/// Middleware of the API: refuses an address that is not text; reads the bearer token, if there is
/// one, and loads its account.
pub(crate) async fn authenticate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Err(problem) = check_address(&request) {
        return Ok(request.into_response(problem.error_response()).map_into_right_body());
    }
    if let Some(token) = bearer(request.headers())
        && let Some(app) = request.app_data::<Data<App>>().cloned()
    {
        remember(&app, &request, Credential { token: &token, kind: CredentialKind::Bearer }).await;
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Loads the account of `token`, the session cookie of the pages.
pub(crate) async fn authenticate_page(app: &App, request: &ServiceRequest, token: &str) {
    remember(app, request, Credential { token, kind: CredentialKind::PageCookie }).await;
}

/// The token of `Authorization: Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// A token and the way it was sent.
struct Credential<'a> {
    token: &'a str,
    kind: CredentialKind,
}

/// A cookie's token opens pages only, a bearer token operations of the API only.
#[derive(PartialEq, Eq)]
enum CredentialKind {
    Bearer,
    PageCookie,
}

/// Identifies the caller and keeps the result for [`Permit`].
async fn remember(app: &App, request: &ServiceRequest, credential: Credential<'_>) {
    let origin = Origin { request_id: RequestId::of(request), address: ClientAddress::of(request) };
    let identified = identify(app, credential, origin).await;
    if let Ok(caller) = &identified
        && let Err(problem) = app.quotas.count_account(request, caller.user.id)
    {
        request.extensions_mut().insert(OverQuota(problem));
    }
    request.extensions_mut().insert(Authentication(identified));
}

async fn identify(
    app: &App,
    credential: Credential<'_>,
    origin: Origin,
) -> Result<Caller, Problem> {
    let now = app.clock.now();
    let claims = app.tokens.read(credential.token, now).map_err(|_| invalid_token())?;
    if claims.page != (credential.kind == CredentialKind::PageCookie) {
        return Err(invalid_token());
    }
    let user = claims.sub.parse().map(UserId).map_err(|_| invalid_token())?;
    let session = SessionId(claims.sid);
    let machine = match claims.machine {
        Some(Machine { client, scope }) => {
            let scopes = ClientScope::split(&scope).map_err(|_| invalid_token())?;
            Some(TokenClient { client: ClientId(client), scopes })
        }
        None => None,
    };
    let holder = TokenHolder { session, user, machine };
    let rules = SessionRules {
        idle: app.config.idle_limit(),
        noted: app.session_uses.last(session),
        needs_second_factor: app.config.require_second_factor,
    };
    let find = move |asked: &mut Anonymous<'_>| holder::find_caller(asked, holder, &origin, rules);
    let found = app.ask_anonymously(find).await?.ok_or_else(invalid_token)?;
    if found.use_is_due {
        app.session_uses.note(session, now);
    }
    Ok(found.caller)
}

fn invalid_token() -> Problem {
    let detail = Words::new(
        "登录已失效，请重新登录，或用 refresh_token 换取新的令牌。",
        "This token is no longer good. Log in again, or get a new one with your refresh_token.",
    );
    Problem::unauthenticated("token-not-good", detail)
}

fn no_token() -> Problem {
    let detail = Words::new(
        "请先登录：POST /api/v1/sessions，然后在请求头中带上 Authorization: Bearer <access_token>。",
        "Log in first: POST /api/v1/sessions, then send Authorization: Bearer <access_token>.",
    );
    Problem::unauthenticated("no-token", detail)
}

/// Proof that the caller has permission `P`, and access to the register. Only the permission check
/// makes one.
pub(crate) struct Permit<P> {
    /// The caller.
    pub caller: Caller,
    /// The program.
    pub app: Data<App>,
    /// The language of the answer.
    pub language: Language,
    proof: PhantomData<P>,
}

impl<P> Permit<P> {
    /// Runs a reading use case in one snapshot.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn ask<T>(
        &self,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        self.app.ask(&self.caller, self.language, question).await
    }

    /// Runs a writing use case in one transaction; returns after its commit.
    ///
    /// A transaction may be repeated, so `decide` and `save` have no effect outside the database.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn change<C, T>(
        &self,
        mut decide: impl FnMut(&mut Ask<'_>) -> Result<C, Refusal> + Send + 'static,
        mut save: impl FnMut(&mut Conn, C) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        let work = move |ask: &mut Ask<'_>| {
            let change = decide(ask)?;
            ask.save(|conn| save(conn, change))
        };
        self.app.write(&self.caller, self.language, work).await
    }

    /// Runs work that hashes a password, on a thread of the pool for it.
    ///
    /// # Errors
    /// 503 when too many wait for one; the work's.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        self.app.hashing.enter(self.caller.author.origin())?.run(work).await
    }

    /// The caller, for work that takes long.
    pub(crate) fn long(&self) -> LongCaller {
        let now = self.app.now();
        LongCaller { caller: self.caller.clone(), language: self.language, now }
    }

    /// The caller's role.
    pub(crate) fn role(&self) -> Role {
        self.caller.user.role
    }

    /// The same caller's permit for another permission.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn to<Q: Permission>(&self) -> Result<Permit<Q>, Problem> {
        permit(self.caller.clone(), self.app.clone(), self.language)
    }
}

impl<P: Permission> Argument for Permit<P> {
    fn describe(entry: &mut Entry) {
        entry.needs_token(P::ACTIONS);
        entry.fails(&[401, 403]);
    }
}

impl<P: Permission> FromRequest for Permit<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(from_request(request))
    }
}

fn from_request<P: Permission>(request: &HttpRequest) -> Result<Permit<P>, Problem> {
    let authentication = request.extensions().get::<Authentication>().map(|a| a.0.clone());
    let caller = authentication.unwrap_or_else(|| Err(no_token()))?;
    if let Some(OverQuota(problem)) = request.extensions().get::<OverQuota>() {
        return Err(problem.clone());
    }
    let app = request.app_data::<Data<App>>().cloned();
    let language = request.extensions().get::<Language>().copied();
    permit(caller, app.ok_or_else(no_app)?, language.unwrap_or(Language::Chinese))
}

fn no_app() -> Problem {
    Problem::broken("no App is mounted")
}

fn permit<P: Permission>(
    caller: Caller,
    app: Data<App>,
    language: Language,
) -> Result<Permit<P>, Problem> {
    caller.must_be_able_to(P::ACTIONS)?;
    Ok(Permit { caller, app, language, proof: PhantomData })
}
