//! Who is calling, and what they may do.
//!
//! A layer before the handlers reads the token and looks the session and the account up, so that
//! revocation and a change of role work at once. [`Permit`] then decides without waiting, before
//! anything is said about path or body.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::domain::account::access::{Role, Sight};
use crate::domain::account::scope::ClientScope;
use crate::domain::id::{ClientId, SessionId, UserId};
use crate::domain::words::{Language, Words};
use crate::http::app::App;
use crate::http::envelope::RequestId;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry};
use crate::store::Conn;
use crate::store::accounts::users::User;
use crate::store::accounts::{clients, sessions, users};
use crate::store::events::Author;
use crate::usecases::ask::Ask;
use crate::usecases::caller::Caller;
use crate::usecases::permission::Permission;
use crate::usecases::refusal::Refusal;

/// What the layer found out; kept for [`Permit`].
#[derive(Clone)]
struct Found(Result<Caller, Problem>);

/// Who calls, if anybody is logged in.
pub fn calling_user(request: &HttpRequest) -> Option<UserId> {
    caller(request).map(|caller| caller.user.id)
}

/// Who calls, with the session, if anybody is logged in.
pub fn caller(request: &HttpRequest) -> Option<Caller> {
    let found = request.extensions().get::<Found>().cloned()?;
    found.0.ok()
}

/// Reads the bearer token, if there is one, and looks up who it is.
pub async fn authenticate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let (Some(token), Some(app)) = (bearer(&request), request.app_data::<Data<App>>().cloned()) {
        let origin = request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default();
        let id = request.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
        let found = look_up(&app, (&token, false), id, origin).await;
        request.extensions_mut().insert(Found(found));
    }
    next.call(request).await
}

/// Looks up whose cookie of the pages `token` is, and leaves it for [`Permit`].
pub async fn authenticate_page(app: &App, request: &ServiceRequest, token: &str) {
    let origin = request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default();
    let id = request.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
    let found = look_up(app, (token, true), id, origin).await;
    request.extensions_mut().insert(Found(found));
}

fn bearer(request: &ServiceRequest) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

async fn look_up(
    app: &App,
    (token, page): (&str, bool),
    request_id: String,
    origin: String,
) -> Result<Caller, Problem> {
    let now = app.clock.now();
    let claims = app.tokens.read(token, now).map_err(|_| no_longer_good())?;
    if claims.page != page {
        return Err(no_longer_good());
    }
    let user_id = claims.sub.parse().map(UserId).map_err(|_| no_longer_good())?;
    let session = SessionId(claims.sid);
    let machine = claims.machine;
    let client = machine.as_ref().map(|m| ClientId(m.client));
    let (user, client) = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            if !sessions::is_live(conn, session, user_id, now)? {
                return Ok((None, None));
            }
            let client = client.map(|id| clients::get(conn, id)).transpose()?;
            Ok((users::find(conn, user_id)?, client))
        })
        .await?;
    let user = user.filter(|user| user.disabled_at.is_none()).ok_or_else(no_longer_good)?;
    let author = Author::user(user.id, &user.username, request_id, origin);
    let Some((machine, client)) = machine.zip(client) else {
        return Ok(Caller { user, session, author, scopes: None });
    };
    if client.user.id != user.id || !client.is_good(now) {
        return Err(no_longer_good());
    }
    // What the token was asked for, as far as the client still has it.
    let mut scopes = ClientScope::split(&machine.scope).map_err(|_| no_longer_good())?;
    scopes.retain(|scope| client.scopes.contains(scope));
    let author = author.as_client(client.id, &client.name);
    // Whatever names its account by name names the client.
    let user = User { username: client.name, ..user };
    Ok(Caller { user, session, author, scopes: Some(scopes) })
}

fn no_longer_good() -> Problem {
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

/// Proof that the caller may do `P`, and the way to the register. There is no other way to get one.
pub struct Permit<P> {
    /// Who calls.
    pub caller: Caller,
    /// The program.
    pub app: Data<App>,
    /// The language the caller reads.
    pub language: Language,
    proof: PhantomData<P>,
}

impl<P> Permit<P> {
    /// Asks the register in one snapshot.
    ///
    /// # Errors
    /// The use case's.
    pub async fn ask<T>(
        &self,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        self.app.ask(&self.caller, self.language, question).await
    }

    /// Decides on a change and saves it in one transaction; returns once it is on disk.
    ///
    /// `decide` and `save` may run more than once, so they have no effect outside.
    ///
    /// # Errors
    /// The use case's.
    pub async fn change<C, T>(
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

    /// Which projects the caller sees.
    pub fn sees(&self) -> Sight {
        self.caller.sees()
    }

    /// The caller's role.
    pub fn role(&self) -> Role {
        self.caller.user.role
    }

    /// Who the events of this request name.
    pub fn author(&self) -> Author {
        self.caller.author.clone()
    }

    /// The same caller's permit for something else.
    ///
    /// # Errors
    /// 403.
    pub fn to<Q: Permission>(&self) -> Result<Permit<Q>, Problem> {
        permit(self.caller.clone(), self.app.clone(), self.language)
    }
}

impl<P> Argument for Permit<P> {
    fn describe(entry: &mut Entry) {
        entry.needs_token();
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
    let found = request.extensions().get::<Found>().map(|f| f.0.clone());
    let caller = found.unwrap_or_else(|| Err(no_token()))?;
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
