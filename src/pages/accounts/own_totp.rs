//! The second factor on the page of one's own account.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde_json::json;

use crate::api::accounts::totp;
use crate::http::attempts::AttemptLimit;
use crate::http::body::checked;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::pages::accounts::own::{self, Shown};
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::visit::Visit;
use crate::usecases::accounts::totp::{TotpCode, TotpRequest};
use crate::usecases::permission::{LoggedIn, UseSecondFactor};

/// Mounts the forms.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let form = |path: &str| web::resource(path.to_owned()).route(web::get().to(own::back));
    config
        .service(form("/password/totp").route(web::post().to(begin)))
        .service(form("/password/totp/confirmation").route(web::post().to(confirm)))
        .service(form("/password/totp/removal").route(web::post().to(remove)));
}

/// The page with what is shown once, or with the errors of the form.
async fn answer(
    request: &HttpRequest,
    visit: &Visit<LoggedIn>,
    done: Result<Shown, Problem>,
) -> Result<HttpResponse, Problem> {
    let shown = match done {
        Ok(shown) => shown,
        Err(problem) => {
            let totp_errors = FormErrors::from_problem(problem, visit.language)?;
            Shown { totp_errors, ..Shown::default() }
        }
    };
    let errors = shown.totp_errors.clone();
    let view = own::page(request, visit, shown).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn begin(
    request: HttpRequest,
    visit: Visit<LoggedIn>,
    limit: AttemptLimit,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<UseSecondFactor>()?;
    let done = async {
        let body = json!({"current_password": fields.exact("current_password")});
        totp::begin(&who, &limit, checked::<TotpRequest>(body)?).await
    };
    // No redirect: the secret is shown only in this response.
    let done = done.await.map(|made| Shown { enrolment: Some(made), ..Shown::default() });
    answer(&request, &visit, done).await
}

async fn confirm(
    request: HttpRequest,
    visit: Visit<LoggedIn>,
    limit: AttemptLimit,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<UseSecondFactor>()?;
    let done = async {
        let body = json!({"code": fields.get("code").unwrap_or_default()});
        totp::confirm(&who, &limit, checked::<TotpCode>(body)?).await
    };
    let done = done.await.map(|recovery_codes| Shown { recovery_codes, ..Shown::default() });
    answer(&request, &visit, done).await
}

async fn remove(
    request: HttpRequest,
    visit: Visit<LoggedIn>,
    limit: AttemptLimit,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<UseSecondFactor>()?;
    let done = async {
        let body = json!({"code": fields.get("code").unwrap_or_default()});
        let given = checked::<TotpCode>(body)?;
        totp::remove(&who, &limit, given, &Once::unkeyed(&request)).await
    };
    match done.await {
        Ok(_) => Ok(see_other("/password?said=totp-removed")),
        Err(problem) => answer(&request, &visit, Err(problem)).await,
    }
}
