//! One account: edit its role and affiliation, disable and enable it, reset its password.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::json;

use crate::api::accounts::users::{
    PasswordReset, UserPatch, UserPath, UserView, get_user, reset_password, update_user,
};
use crate::domain::account::access::Role;
use crate::domain::id::UserId;
use crate::http::body::{Body, judge};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::pages::accounts::list::{Affiliation, NewPassword};
use crate::pages::accounts::secrets::first_password;
use crate::pages::kit::form::{Fields, Form, FormErrors, with, with_numbers};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::KeepAccounts;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/accounts/{user_id}")
                .route(web::get().to(show))
                .route(web::post().to(change)),
        )
        .service(
            web::resource("/accounts/{user_id}/disabled")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(disable)),
        )
        .service(
            web::resource("/accounts/{user_id}/password")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(set_password)),
        );
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage {
    shell: Shell,
    user: UserView,
    affiliation: Affiliation,
    rejected: RejectedForm,
    made: Option<NewPassword>,
}

async fn page(
    visit: &Visit<KeepAccounts>,
    id: UserId,
    rejected: RejectedForm,
    made: Option<NewPassword>,
) -> Result<AccountPage, Problem> {
    let (app, who) = (visit.app.clone(), visit.permit::<KeepAccounts>()?);
    let Tagged(user) = get_user(app, who, Path(UserPath { user_id: id }), Conditional).await?;
    let affiliation = Affiliation::find(visit).await?.of(&user);
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS).await?;
    Ok(AccountPage { shell, user, affiliation, rejected, made })
}

async fn show(visit: Visit<KeepAccounts>, path: Path<UserPath>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, path.0.user_id, RejectedForm::default(), None).await?))
}

async fn save(
    visit: &Visit<KeepAccounts>,
    id: UserId,
    fields: &Fields,
    patch: serde_json::Value,
) -> Result<(), Problem> {
    let patch = Body(judge::<UserPatch>(patch)?);
    let version = IfMatch(fields.number("version").unwrap_or_default());
    let at = Path(UserPath { user_id: id });
    update_user(visit.app.clone(), visit.permit()?, at, version, patch).await.map(|_| ())
}

async fn answer(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    id: UserId,
    (form, fields, saved): (&'static str, Fields, Result<(), Problem>),
) -> Result<HttpResponse, Problem> {
    let problem = match saved {
        Ok(()) => {
            return Ok(see_other(&format!("/accounts/{id}?said=account-changed")));
        }
        Err(problem) => problem,
    };
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let view = page(visit, id, RejectedForm::new(form, errors.clone(), fields), None).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn change(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<UserPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, Form(fields)) = (path.0.user_id, form);
    let patch = with_numbers(fields.change(&["unit_id", "area_id"]), &["unit_id", "area_id"]);
    // A submitted empty name must be rejected, not taken as "unchanged".
    let said = |name| fields.get(name).unwrap_or_default();
    let patch = with(patch, "display_name", said("display_name"));
    let patch = with(patch, "role", said("role"));
    let saved = save(&visit, id, &fields, patch).await;
    answer(&request, &visit, id, ("change", fields, saved)).await
}

async fn disable(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<UserPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, Form(fields)) = (path.0.user_id, form);
    let patch = json!({"disabled": fields.get("disabled") == Some("true")});
    let saved = save(&visit, id, &fields, patch).await;
    answer(&request, &visit, id, ("disable", fields, saved)).await
}

async fn set_password(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<UserPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, password) = (path.0.user_id, first_password()?);
    let body = Body(judge::<PasswordReset>(json!({"password": password}))?);
    let at = Path(UserPath { user_id: id });
    let Tagged(user) = reset_password(visit.app.clone(), visit.permit()?, at, body).await?;
    let made = Some(NewPassword { username: user.username, password });
    let view = page(&visit, id, RejectedForm::default(), made).await?;
    Ok(Page::of(view).respond_to(&request))
}
