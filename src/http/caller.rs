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

use crate::domain::account::access::{Action, Role, Sight};
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, SessionId, UserId};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::envelope::RequestId;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry};
use crate::store::accounts::users::User;
use crate::store::accounts::{clients, sessions, users};
use crate::store::events::Author;

/// An account with the session it calls through.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account, as it is now.
    pub user: User,
    /// The session its token belongs to.
    pub session: SessionId,
    /// Who the events of this request name.
    pub author: Author,
    /// What a machine client was let do; absent for a person.
    pub scopes: Option<Vec<ClientScope>>,
}

impl Caller {
    /// Which projects the caller may know of.
    pub fn sees(&self) -> Sight {
        Sight::of(self.user.role, self.user.unit_id, self.user.area_id)
    }
}

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

/// An action as a type, so that a signature says what its handler is permitted.
pub trait Permission: 'static {
    /// The actions of which the caller must be allowed one; none means whoever is logged in.
    const ACTIONS: &'static [Action];
}

macro_rules! permissions {
    ($($name:ident)*) => { $(
        #[doc = concat!("The permission for [`Action::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub struct $name;
        impl Permission for $name {
            const ACTIONS: &'static [Action] = &[Action::$name];
        }
    )* };
}
permissions!(ReadProjects CreateProjects EditProjects MoveStages AssignUnits PlanYears EditMilestones FileReports
    ReturnReports ConfirmReports RestateReports KeepMonths KeepRules OverrideLights
    PublishBulletins HandleIssues ReadSummaries ReadHistory ReadReference EditReference KeepWebhooks
    KeepAccounts);

/// Whoever is logged in, whatever their role.
#[derive(Debug)]
pub struct LoggedIn;
impl Permission for LoggedIn {
    const ACTIONS: &'static [Action] = &[];
}

/// The permission to send a file of some kind; what its rows do needs that action's own permit.
#[derive(Debug)]
pub struct ImportFiles;
impl Permission for ImportFiles {
    const ACTIONS: &'static [Action] =
        &[Action::CreateProjects, Action::PlanYears, Action::EditMilestones, Action::FileReports];
}

/// Proof that the caller may do `P`. There is no other way to get one.
#[derive(Debug)]
pub struct Permit<P> {
    /// Who calls.
    pub caller: Caller,
    proof: PhantomData<P>,
}

impl<P: Permission> Permit<P> {
    /// The permit of a caller who asked for something else too.
    ///
    /// # Errors
    /// 403 when the caller may not do `P`.
    pub fn of(caller: &Caller) -> Result<Self, Problem> {
        permit(caller.clone())
    }
}

impl<P> Permit<P> {
    /// Which projects the caller may know of.
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

    /// The same caller's permit for something more particular.
    ///
    /// # Errors
    /// 403.
    pub fn narrowed<Q: Permission>(self) -> Result<Permit<Q>, Problem> {
        permit(self.caller)
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
        let found = request.extensions().get::<Found>().map(|f| f.0.clone());
        ready(found.unwrap_or_else(|| Err(no_token())).and_then(permit))
    }
}

fn permit<P: Permission>(caller: Caller) -> Result<Permit<P>, Problem> {
    if P::ACTIONS.is_empty() {
        return Ok(Permit { caller, proof: PhantomData });
    }
    if caller.user.must_change_password {
        let detail = Words::new(
            "请先修改初始密码：PUT /api/v1/me/password。",
            "Change your first password before anything else: PUT /api/v1/me/password.",
        );
        let status = actix_web::http::StatusCode::FORBIDDEN;
        return Err(Problem::new(status, "password-change-required", detail));
    }
    let role = caller.user.role;
    let allowed: Vec<Action> = P::ACTIONS.iter().copied().filter(|a| role.may(*a)).collect();
    let first = *allowed.first().ok_or_else(Problem::forbidden)?;
    if let Some(scopes) = &caller.scopes {
        let granted = |a: &Action| ClientScope::of(*a).is_some_and(|s| scopes.contains(&s));
        if !allowed.iter().any(granted) {
            return Err(scope_missing(ClientScope::of(first).ok_or_else(for_people)?));
        }
    }
    Ok(Permit { caller, proof: PhantomData })
}

fn for_people() -> Problem {
    let detail = Words::new(
        "此操作须由工作人员登录后办理，接口客户端不能执行。",
        "People do this, logged in; a machine client may not.",
    );
    Problem { detail, ..Problem::forbidden() }
}

fn scope_missing(needed: ClientScope) -> Problem {
    let detail = Words::new(
        format!("令牌缺少权限范围 {needed}：请在 /oauth/token 申请，或请管理员授予该客户端。"),
        format!(
            "The token lacks the scope {needed}: ask for it at /oauth/token, or have the administrator grant it to the client."
        ),
    );
    Problem::new(actix_web::http::StatusCode::FORBIDDEN, "scope-missing", detail)
}

/// The instant and the business day of a request, asked once.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The instant.
    pub instant: Timestamp,
    /// The business day in Asia/Shanghai.
    pub today: chrono::NaiveDate,
}

impl App {
    /// The instant and the business day, now.
    pub fn now(&self) -> Now {
        Now { instant: self.clock.now(), today: self.calendar.today() }
    }
}
