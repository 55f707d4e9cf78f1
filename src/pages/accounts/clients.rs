//! Machine clients: list, create, edit scopes, rotate secrets, disable.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::api::accounts::clients::{ClientPath, ClientSecretPath};
use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::id::ClientId;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::accounts::list::Affiliation;
use crate::pages::kit::form::{Fields, Form, FormErrors, end_of, with, with_numbers};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, redirect_to_parent, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::usecases::accounts::client_grants;
use crate::usecases::accounts::client_view::{ClientForm, ClientInput, ClientView};
use crate::usecases::accounts::clients::{self, NewSecret};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::patch::Patch;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::waiting::Saved;

/// Mounts the pages.
pub(crate) fn mount(config: &mut ServiceConfig) {
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
pub(crate) struct ClientsQuery {
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

/// What the list reads, in one snapshot.
struct Loaded {
    clients: PageView<ClientView>,
    affiliation: Affiliation,
}

async fn page(visit: &Visit<KeepAccounts>, rejected: RejectedForm) -> Result<ClientsPage, Problem> {
    let cursor = visit.query_params::<ClientsQuery>()?.cursor;
    let question = visit.ask(move |ask| {
        let clients = clients::list(ask, &PageRequest::new(50, cursor))?;
        Ok(Loaded { clients, affiliation: Affiliation::find(ask)? })
    });
    let Loaded { clients, affiliation } = question.await?;
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS)?;
    Ok(ClientsPage { shell, clients, affiliation, rejected })
}

fn one(
    visit: &Visit<KeepAccounts>,
    client: ClientView,
    rejected: RejectedForm,
    secret: Option<String>,
) -> Result<ClientPage, Problem> {
    let shell = Shell::for_visit(visit, NavItem::ACCOUNTS)?;
    Ok(ClientPage { shell, client, rejected, secret })
}

async fn find(visit: &Visit<KeepAccounts>, id: ClientId) -> Result<ClientView, Problem> {
    visit.ask(move |ask| clients::get(ask, id)).await
}

async fn show(visit: Visit<KeepAccounts>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, RejectedForm::default()).await?))
}

async fn show_one(
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
) -> Result<impl Responder, Problem> {
    let client = find(&visit, path.0.client_id).await?;
    Ok(Page::of(one(&visit, client, RejectedForm::default(), None)?))
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
        let input = checked::<ClientInput>(body)?;
        let secret = NewSecret::make()?;
        let shown = secret.secret.clone();
        let decide = move |ask: &mut Ask<'_>| client_grants::decide_creation(ask, &input, &secret);
        Ok((visit.change(decide, client_grants::create).await?, shown))
    };
    match made.await {
        Ok((Saved::Done(client), secret)) => {
            let view = one(&visit, client, RejectedForm::default(), Some(secret))?;
            Ok(Page::of(view).respond_to(&request))
        }
        Ok((Saved::Waits(_), _)) => Ok(see_other("/accounts?said=client-waits")),
        Err(problem) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            let rejected = RejectedForm::new("create", errors.clone(), fields);
            let view = page(&visit, rejected).await?;
            Ok(Page::with_form(view, &errors).respond_to(&request))
        }
    }
}

/// A form of the page, by its name, with what was typed.
struct SentForm {
    name: &'static str,
    fields: Fields,
}

/// Redirects to the client's page on success, else shows it with the rejected form.
async fn answer(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    id: ClientId,
    form: SentForm,
    problem: Problem,
) -> Result<HttpResponse, Problem> {
    let SentForm { name, fields } = form;
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let client = find(visit, id).await?;
    let view = one(visit, client, RejectedForm::new(name, errors.clone(), fields), None)?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn save(
    request: &HttpRequest,
    visit: &Visit<KeepAccounts>,
    id: ClientId,
    form: SentForm,
    patch: Value,
) -> Result<HttpResponse, Problem> {
    let version = form.fields.number("version").unwrap_or_default();
    let saved = async {
        let patch = checked::<Patch<ClientForm>>(patch)?;
        let decide =
            move |ask: &mut Ask<'_>| client_grants::decide_update(ask, id, version, &patch);
        visit.change(decide, client_grants::save).await
    };
    match saved.await {
        Ok(Saved::Done(_)) => Ok(see_other(&format!("/clients/{id}?said=client-changed"))),
        Ok(Saved::Waits(_)) => Ok(see_other("/accounts?said=account-waits")),
        Err(problem) => answer(request, visit, id, form, problem).await,
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
    save(&request, &visit, path.0.client_id, SentForm { name: "change", fields }, patch).await
}

async fn disable(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    path: Path<ClientPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    let patch = json!({"disabled": fields.get("disabled") == Some("true")});
    save(&request, &visit, path.0.client_id, SentForm { name: "disable", fields }, patch).await
}

async fn add_secret(
    request: HttpRequest,
    visit: Visit<KeepAccounts>,
    Path(ClientPath { client_id: id }): Path<ClientPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let secret = NewSecret::make()?;
    let shown = secret.secret.clone();
    let decide = move |ask: &mut Ask<'_>| clients::decide_secret(ask, id, &secret);
    match visit.change(decide, clients::add_secret).await {
        Ok(client) => {
            let view = one(&visit, client, RejectedForm::default(), Some(shown))?;
            Ok(Page::of(view).respond_to(&request))
        }
        Err(problem) => {
            answer(&request, &visit, id, SentForm { name: "secret", fields }, problem).await
        }
    }
}

async fn revoke(
    visit: Visit<KeepAccounts>,
    Path(ClientSecretPath { client_id: id, secret_id }): Path<ClientSecretPath>,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let decide = move |ask: &mut Ask<'_>| clients::decide_revocation(ask, id, secret_id);
    visit.change(decide, clients::revoke).await?;
    Ok(see_other(&format!("/clients/{id}?said=secret-revoked")))
}
