//! One account: edit its role and affiliation, disable and enable it, reset its password.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::json;

use crate::api::accounts::users::{UserPath, reset_to};
use crate::domain::account::access::Role;
use crate::domain::id::UserId;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::accounts::list::{Affiliation, NewPassword};
use crate::pages::accounts::secrets::first_password;
use crate::pages::kit::form::{Fields, Form, FormErrors, with, with_numbers};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::accounts::grants;
use crate::usecases::accounts::open_sessions;
use crate::usecases::accounts::totp::{self, TotpView};
use crate::usecases::accounts::user_view::{PasswordReset, UserForm, UserView};
use crate::usecases::accounts::users;
use crate::usecases::ask::Ask;
use crate::usecases::patch::Patch;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::waiting::Saved;

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
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
        )
        .service(
            web::resource("/accounts/{user_id}/totp")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(remove_totp)),
        )
        .service(
            web::resource("/accounts/{user_id}/sessions")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(end_sessions)),
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
    totp: TotpView,
}

/// What the page reads, in one snapshot.
struct Loaded {
    totp: TotpView,
    user: UserView,
    affiliation: Affiliation,
}

async fn page(
    visit: &Visit<KeepAccounts>,
    id: UserId,
    rejected: RejectedForm,
    made: Option<NewPassword>,
) -> Result<AccountPage, Problem> {
    let question = visit.ask(move |ask| {
        let user = users::get(ask, id)?;
        let totp = totp::view(ask, id)?;
        Ok(Loaded { affiliation: Affiliation::find(ask)?.of(&user), user, totp })
    });
    let Loaded { user, affiliation, totp } = question.await?;
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS)?;
    Ok(AccountPage { shell, user, affiliation, rejected, made, totp })
}

async fn show(visit: Visit<KeepAccounts>, path: Path<UserPath>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, path.0.user_id, RejectedForm::default(), None).await?))
}

async fn save(
    visit: &Visit<KeepAccounts>,
    id: UserId,
    fields: &Fields,
    patch: serde_json::Value,
) -> Result<Saved<UserView>, Problem> {
    let patch = checked::<Patch<UserForm>>(patch)?;
    let version = fields.number("version").unwrap_or_default();
    let decide = move |ask: &mut Ask<'_>| grants::decide_update(ask, id, version, &patch);
    visit.change(decide, grants::save).await
}

/// A form of the page, by its name, with what was typed.
struct SentForm {
    name: &'static str,
    fields: Fields,
}

async fn answer(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    id: UserId,
    form: SentForm,
    saved: Result<Saved<UserView>, Problem>,
) -> Result<HttpResponse, Problem> {
    let SentForm { name, fields } = form;
    let problem = match saved {
        Ok(Saved::Done(_)) => {
            return Ok(see_other(&format!("/accounts/{id}?said=account-changed")));
        }
        Ok(Saved::Waits(_)) => return Ok(see_other("/accounts?said=account-waits")),
        Err(problem) => problem,
    };
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let view = page(visit, id, RejectedForm::new(name, errors.clone(), fields), None).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn change(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    Path(UserPath { user_id: id }): Path<UserPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let patch = with_numbers(fields.change(&["unit_id", "area_id"]), &["unit_id", "area_id"]);
    // A submitted empty name must be rejected, not taken as "unchanged".
    let said = |name| fields.get(name).unwrap_or_default();
    let patch = with(patch, "display_name", said("display_name"));
    let patch = with(patch, "role", said("role"));
    let saved = save(&visit, id, &fields, patch).await;
    answer(&request, &visit, id, SentForm { name: "change", fields }, saved).await
}

async fn disable(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    Path(UserPath { user_id: id }): Path<UserPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let patch = json!({"disabled": fields.get("disabled") == Some("true")});
    let saved = save(&visit, id, &fields, patch).await;
    answer(&request, &visit, id, SentForm { name: "disable", fields }, saved).await
}

async fn remove_totp(
    visit: Visit<KeepAccounts>,
    Path(UserPath { user_id: id }): Path<UserPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let decide = move |ask: &mut Ask<'_>| totp::decide_removal_of(ask, id);
    visit.change(decide, totp::remove_of_another).await?;
    Ok(see_other(&format!("/accounts/{id}?said=totp-removed")))
}

async fn end_sessions(
    visit: Visit<KeepAccounts>,
    Path(UserPath { user_id: id }): Path<UserPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let decide = move |ask: &mut Ask<'_>| open_sessions::decide_end_all(ask, id);
    visit.change(decide, open_sessions::end_all).await?;
    Ok(see_other(&format!("/accounts/{id}?said=sessions-ended")))
}

async fn set_password(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    Path(UserPath { user_id: id }): Path<UserPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let password = first_password()?;
    let reset = PasswordReset { password: password.clone() };
    let user = reset_to(&visit.who, id, reset).await?;
    let made = Some(NewPassword { username: user.username, password, waits: false });
    let view = page(&visit, id, RejectedForm::default(), made).await?;
    Ok(Page::of(view).respond_to(&request))
}
