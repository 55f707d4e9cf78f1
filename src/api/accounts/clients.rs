//! Machine clients: `/clients`. Only administrators manage them.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::users::{UserQuery, waits};
use crate::domain::id::{ClientId, ClientSecretId};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, NoContent, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::{ShownOnce, Stored};
use crate::http::waiting::OrWaiting;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::accounts::client_grants;
use crate::usecases::accounts::client_view::{
    ClientForm, ClientInput, ClientView, ClientWithSecret,
};
use crate::usecases::accounts::clients::{self, NewSecret};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::patch::Patch;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::waiting::{ProposalView, Saved};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["clients"; list_clients, create_client, get_client, update_client, create_client_secret,
        revoke_client_secret]
}

/// Path parameters of one machine client.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ClientPath {
    /// The client's id.
    pub client_id: ClientId,
}

/// Path parameters of one secret of a machine client.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ClientSecretPath {
    /// The client's id.
    pub client_id: ClientId,
    /// The secret's id.
    pub secret_id: ClientSecretId,
}

/// List machine clients
///
/// All clients, ordered by name, with their scopes and the time they last obtained a token.
#[utoipa::path(get, path = "/clients")]
async fn list_clients(
    who: Permit<KeepAccounts>,
    Query(query): Query<UserQuery>,
) -> Result<Rows<PageView<ClientView>>, Problem> {
    let page = PageRequest::new(query.limit, query.cursor);
    who.rows(page, clients::list).await
}

/// Create a machine client
///
/// Creates the client together with its first secret. The secret is returned only in this response
/// and cannot be retrieved later.
///
/// A client with the role `commission` or `auditor` waits for a second administrator: the answer is then 202 with the
/// proposal. Its approval creates the client without a secret; add one by `POST /clients/{client_id}/secrets`.
#[utoipa::path(
    post, path = "/clients",
    responses((status = 409, description = "The name is already in use.")),
)]
async fn create_client(
    who: Permit<KeepAccounts>,
    Body(input): Body<ClientInput>,
    once: Once,
) -> Result<Stored<OrWaiting<ShownOnce<Created<ClientWithSecret>>, ProposalView>>, Problem> {
    let secret = NewSecret::make()?;
    let shown = secret.clone();
    once.change(
        &who,
        move |ask| client_grants::decide_creation(ask, &input, &secret),
        client_grants::create,
        move |saved| match saved {
            Saved::Done(client) => OrWaiting::Done(shown_once(&client, &shown)),
            Saved::Waits(view) => OrWaiting::Waits(waits(*view)),
        },
    )
    .await
}

/// The reply with the secret, and the reply that is kept, without it.
fn shown_once(client: &ClientView, secret: &NewSecret) -> ShownOnce<Created<ClientWithSecret>> {
    let location = format!("/clients/{}", client.id);
    let reply = |client_secret| Created {
        view: ClientWithSecret { client: client.clone(), client_secret },
        location: location.clone(),
    };
    ShownOnce { sent: reply(Some(secret.secret.clone())), kept: reply(None) }
}

/// Show a machine client
///
/// Returns one client with its scopes and the hints of its active secrets.
#[utoipa::path(get, path = "/clients/{client_id}")]
async fn get_client(
    who: Permit<KeepAccounts>,
    Path(path): Path<ClientPath>,
    _etag: Conditional,
) -> Result<Tagged<ClientView>, Problem> {
    who.ask(move |ask| clients::get(ask, path.client_id)).await.map(Tagged)
}

/// Change a machine client
///
/// Absent fields are left unchanged. Removing scopes, setting an expiry and disabling the client
/// take effect immediately, also for tokens already issued.
///
/// A change that gives a client with the role `commission` or `auditor` more scopes, or lets it get tokens again, waits
/// for a second administrator, with everything else of the request: the answer is then 202 with the proposal.
#[utoipa::path(patch, path = "/clients/{client_id}")]
async fn update_client(
    who: Permit<KeepAccounts>,
    Path(path): Path<ClientPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<ClientForm>>,
) -> Result<OrWaiting<Tagged<ClientView>, ProposalView>, Problem> {
    let id = path.client_id;
    let decide = move |ask: &mut Ask<'_>| client_grants::decide_update(ask, id, version, &patch);
    Ok(match who.change(decide, client_grants::save).await? {
        Saved::Done(view) => OrWaiting::Done(Tagged(view)),
        Saved::Waits(view) => OrWaiting::Waits(waits(*view)),
    })
}

/// Add a secret to a machine client
///
/// A client can have two active secrets, so that secrets can be rotated without downtime: add the
/// new secret, configure it in the client, then revoke the old one. The secret is returned only in
/// this response.
#[utoipa::path(
    post, path = "/clients/{client_id}/secrets",
    responses((status = 409, description = "The client already has two active secrets; revoke one first.")),
)]
async fn create_client_secret(
    who: Permit<KeepAccounts>,
    Path(path): Path<ClientPath>,
    once: Once,
) -> Result<Stored<ShownOnce<Created<ClientWithSecret>>>, Problem> {
    let secret = NewSecret::make()?;
    let shown = secret.clone();
    once.change(
        &who,
        move |ask| clients::decide_secret(ask, path.client_id, &secret),
        clients::add_secret,
        move |client| shown_once(&client, &shown),
    )
    .await
}

/// Revoke a secret of a machine client
///
/// The secret can no longer be used to obtain tokens, and all access tokens of the client,
/// whichever secret they were issued for, are revoked immediately.
#[utoipa::path(delete, path = "/clients/{client_id}/secrets/{secret_id}")]
async fn revoke_client_secret(
    who: Permit<KeepAccounts>,
    Path(ClientSecretPath { client_id, secret_id }): Path<ClientSecretPath>,
) -> Result<NoContent, Problem> {
    who.change(move |ask| clients::decide_revocation(ask, client_id, secret_id), clients::revoke)
        .await?;
    Ok(NoContent)
}
