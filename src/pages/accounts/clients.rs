//! Machine clients: list, create, edit scopes, rotate secrets, disable.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::api::accounts::client_view::{ClientInput, ClientPatch, ClientView, ClientWithSecret};
use crate::api::accounts::clients::{
    ClientPath, ClientSecretPath, create_client, create_client_secret, get_client, list_clients,
    revoke_client_secret, update_client,
};
use crate::api::accounts::users::UserQuery;
use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::http::body::{Body, judge};
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Tagged};
use crate::pages::accounts::list::Affiliation;
use crate::pages::kit::form::{Fields, Form, FormErrors, end_of, with, with_numbers};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::answer::PageView;
use crate::usecases::permission::KeepAccounts;

/// Mounts the pages.
pub fn mount(config: &mut ServiceConfig) {
    let secrets = "/clients/{client_id}/secrets";
    let one = "/clients/{client_id}/secrets/{secret_id}/revocation";
    config
        .service(web::resource("/clients").route(web::get().to(show)).route(web::post().to(create)))
        .service(
            web::resource("/clients/{client_id}")
                .route(web::get().to(show_one))
                .route(web::post().to(change)),
        )
        .service(
            web::resource("/clients/{client_id}/disabled")
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(disable)),
        )
        .service(
            web::resource(secrets)
                .route(web::get().to(redirect_to_parent))
                .route(web::post().to(add_secret)),
        )
        .service(web::resource(one).route(web::post().to(revoke)));
}

/// Query parameters of the client list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClientsQuery {
    /// Pagination cursor.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/clients.html")]
struct ClientsPage {
    shell: Shell,
    clients: PageView<ClientView>,
    affiliation: Affiliation,
    rejected: RejectedForm,
}

#[derive(Template)]
#[template(path = "pages/client.html")]
struct ClientPage {
    shell: Shell,
    client: ClientView,
    rejected: RejectedForm,
    /// The secret just created; shown only in this response.
    secret: Option<String>,
}

impl ClientPage {
    /// Last day on which the client is valid, in China time.
    fn last_day(&self) -> Option<NaiveDate> {
        self.client.expires_at.map(|until| until.plus_seconds(-1).day_in_shanghai())
    }

    fn typed_day(&self) -> String {
        let day = self.last_day().map(|day| day.to_string()).unwrap_or_default();
        self.rejected.input_or("change", "expires_at", &day)
    }
}

async fn page(visit: &Visit<KeepAccounts>, rejected: RejectedForm) -> Result<ClientsPage, Problem> {
    let cursor = visit.query_params::<ClientsQuery>()?.cursor;
    let (app, query) = (visit.app.clone(), Query(UserQuery { limit: 50, cursor }));
    let clients = list_clients(app, visit.permit()?, query).await?.0;
    let affiliation = Affiliation::find(visit).await?;
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS).await?;
    Ok(ClientsPage { shell, clients, affiliation, rejected })
}

async fn one(
    visit: &Visit<KeepAccounts>,
    client: ClientView,
    rejected: RejectedForm,
    secret: Option<String>,
) -> Result<ClientPage, Problem> {
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS).await?;
    Ok(ClientPage { shell, client, rejected, secret })
}

async fn find(visit: &Visit<KeepAccounts>, at: ClientPath) -> Result<ClientView, Problem> {
    let (app, who) = (visit.app.clone(), visit.permit::<KeepAccounts>()?);
    get_client(app, who, Path(at), Conditional).await.map(|Tagged(client)| client)
}

async fn show(visit: Visit<KeepAccounts>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, RejectedForm::default()).await?))
}

async fn show_one(
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
) -> Result<impl Responder, Problem> {
    let client = find(&visit, path.0).await?;
    Ok(Page::of(one(&visit, client, RejectedForm::default(), None).await?))
}

/// Adds the ticked scopes and the expiry instant to the API request body.
fn reach(fields: &Fields, body: Value) -> Value {
    let body = with(body, "scopes", fields.all("scopes").collect::<Value>());
    match fields.get("expires_at") {
        Some(day) => with(body, "expires_at", end_of(day)),
        None => body,
    }
}

async fn create(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    let made = async {
        let body = fields.body(&["name", "role", "unit_id", "area_id"]);
        let body = reach(&fields, with_numbers(body, &["unit_id", "area_id"]));
        let input = Body(judge::<ClientInput>(body)?);
        create_client(visit.app.clone(), visit.permit()?, input, Once::unkeyed(&request)).await
    };
    match made.await {
        Ok(made) => {
            let ClientWithSecret { client, client_secret } = made.view;
            let view = one(&visit, client, RejectedForm::default(), client_secret).await?;
            Ok(Page::of(view).respond_to(&request))
        }
        Err(problem) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            let rejected = RejectedForm::new("create", errors.clone(), fields);
            let view = page(&visit, rejected).await?;
            Ok(Page::with_form(view, &errors).respond_to(&request))
        }
    }
}

/// Redirects to the client's page on success, else shows it with the rejected form.
async fn answer(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    at: ClientPath,
    (form, fields, problem): (&'static str, Fields, Problem),
) -> Result<HttpResponse, Problem> {
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let client = find(visit, at).await?;
    let view = one(visit, client, RejectedForm::new(form, errors.clone(), fields), None).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn save(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    at: ClientPath,
    (form, fields, patch): (&'static str, Fields, Value),
) -> Result<HttpResponse, Problem> {
    let (id, version) = (at.client_id, IfMatch(fields.number("version").unwrap_or_default()));
    let saved = async {
        let patch = Body(judge::<ClientPatch>(patch)?);
        let path = Path(ClientPath { client_id: id });
        update_client(visit.app.clone(), visit.permit()?, path, version, patch).await
    };
    match saved.await {
        Ok(_) => Ok(see_other(&format!("/clients/{id}?said=client-changed"))),
        Err(problem) => answer(request, visit, at, (form, fields, problem)).await,
    }
}

async fn change(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    let name = json!({"name": fields.get("name").unwrap_or_default(), "expires_at": null});
    let patch = reach(&fields, name);
    save(&request, &visit, path.0, ("change", fields, patch)).await
}

async fn disable(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    let patch = json!({"disabled": fields.get("disabled") == Some("true")});
    save(&request, &visit, path.0, ("disable", fields, patch)).await
}

async fn add_secret(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let at = ClientPath { client_id: path.0.client_id };
    let once = Once::unkeyed(&request);
    match create_client_secret(visit.app.clone(), visit.permit()?, path, once).await {
        Ok(made) => {
            let ClientWithSecret { client, client_secret } = made.view;
            let view = one(&visit, client, RejectedForm::default(), client_secret).await?;
            Ok(Page::of(view).respond_to(&request))
        }
        Err(problem) => answer(&request, &visit, at, ("secret", form.0, problem)).await,
    }
}

async fn revoke(
    visit: Visit<KeepAccounts>,
    path: Path<ClientSecretPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let id = path.0.client_id;
    revoke_client_secret(visit.app.clone(), visit.permit()?, path).await?;
    Ok(see_other(&format!("/clients/{id}?said=secret-revoked")))
}
