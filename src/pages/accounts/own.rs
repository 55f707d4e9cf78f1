//! One's own account: change the password, see where one is logged in, end a session, the second
//! factor.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::json;

use crate::api::accounts::open_sessions::SessionPath;
use crate::api::accounts::sessions;
use crate::domain::words::Words;
use crate::http::attempts::AttemptLimit;
use crate::http::body::{Body, checked};
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Fields, Form, FormErrors};
use crate::pages::kit::notice;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::Shell;
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::usecases::accounts::open_sessions::{self, OpenSessionView};
use crate::usecases::accounts::sessions::PasswordChange;
use crate::usecases::accounts::totp::{self, TotpEnrolment, TotpView};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{LoggedIn, UseSecondFactor};

/// Most sessions shown.
const SHOWN: i64 = 50;

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/password")
                .route(web::get().to(show))
                .route(web::post().to(change_password)),
        )
        .service(
            web::resource("/password/sessions/{session_id}")
                .route(web::get().to(back))
                .route(web::post().to(end_session)),
        );
}

#[derive(Template)]
#[template(path = "pages/password.html")]
pub(super) struct OwnPage {
    shell: Shell,
    must: bool,
    lacks_second_factor: bool,
    errors: FormErrors,
    sessions: PageView<OpenSessionView>,
    /// The second factor; `None` for a role that uses none.
    totp: Option<TotpView>,
    totp_errors: FormErrors,
    enrolment: Option<TotpEnrolment>,
    recovery_codes: Vec<String>,
}

/// What the page shows in one response only.
#[derive(Default)]
pub(super) struct Shown {
    /// Errors of the form of the password.
    pub(super) errors: FormErrors,
    /// Errors of the forms of the second factor.
    pub(super) totp_errors: FormErrors,
    /// A new secret.
    pub(super) enrolment: Option<TotpEnrolment>,
    /// New recovery codes.
    pub(super) recovery_codes: Vec<String>,
}

/// What the page reads, in one snapshot.
struct Loaded {
    sessions: PageView<OpenSessionView>,
    totp: Option<TotpView>,
}

/// The page, with what is shown in this response only.
pub(super) async fn page(
    request: &HttpRequest,
    visit: &Visit<LoggedIn>,
    shown: Shown,
) -> Result<OwnPage, Problem> {
    let idle = visit.app.config.idle_limit();
    let uses_totp = visit.permit::<UseSecondFactor>().is_ok();
    let question = visit.ask(move |ask| {
        let sessions = open_sessions::list(ask, idle, &PageRequest::new(SHOWN, None))?;
        let totp = if uses_totp { Some(totp::show(ask)?) } else { None };
        Ok(Loaded { sessions, totp })
    });
    let Loaded { sessions, totp } = question.await?;
    let mut shell = Shell::without_visit(request, visit.language);
    shell.notice = notice::from_query(&visit.query, visit.language);
    let must = visit.who.caller.user.must_change_password;
    let Shown { errors, totp_errors, enrolment, recovery_codes } = shown;
    let lacks_second_factor = visit.who.caller.lacks_second_factor && recovery_codes.is_empty();
    Ok(OwnPage {
        shell,
        must,
        lacks_second_factor,
        errors,
        sessions,
        totp,
        totp_errors,
        enrolment,
        recovery_codes,
    })
}

async fn show(request: HttpRequest, visit: Visit<LoggedIn>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&request, &visit, Shown::default()).await?))
}

/// GET of an address that only accepts forms.
pub(super) async fn back() -> HttpResponse {
    see_other("/password")
}

async fn end_session(
    visit: Visit<LoggedIn>,
    Path(at): Path<SessionPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let room = visit.app.log_ins.clone();
    let decide = move |ask: &mut Ask<'_>| open_sessions::decide_end_of(ask, at.session_id, &room);
    visit.change(decide, open_sessions::end).await?;
    Ok(see_other("/password?said=session-ended"))
}

async fn change_password(
    request: HttpRequest,
    visit: Visit<LoggedIn>,
    limit: AttemptLimit,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let errors = match try_to_change(&visit, limit, &form.0).await {
        Ok(()) => return Ok(see_other("/password?said=password-changed")),
        Err(PasswordError::Mismatch) => {
            let words = Words::new("两次输入的新密码不一致。", "The two new passwords differ.");
            FormErrors::of_field("new_again", &words, visit.language)
        }
        Err(PasswordError::Refused(problem)) => FormErrors::from_problem(problem, visit.language)?,
    };
    let shown = Shown { errors: errors.clone(), ..Shown::default() };
    let view = page(&request, &visit, shown).await?;
    Ok(Page::with_form(view, &errors).respond_to(&request))
}

/// Why a password change failed.
enum PasswordError {
    /// The repeated new password differs.
    Mismatch,
    /// Refused by the use case.
    Refused(Problem),
}

async fn try_to_change(
    visit: &Visit<LoggedIn>,
    limit: AttemptLimit,
    fields: &Fields,
) -> Result<(), PasswordError> {
    let exact = |name: &str| fields.exact(name);
    if exact("new_password") != exact("new_again") {
        return Err(PasswordError::Mismatch);
    }
    let body = json!({"current_password": exact("current_password"), "new_password": exact("new_password")});
    let change = checked::<PasswordChange>(body)
        .map_err(|refusal| PasswordError::Refused(refusal.into()))?;
    let who = visit.permit::<LoggedIn>().map_err(PasswordError::Refused)?;
    let changed = sessions::change_password(who, limit, Body(change)).await;
    changed.map(|_| ()).map_err(PasswordError::Refused)
}
