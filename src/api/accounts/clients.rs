//! Machine clients: `/clients`. Only administrators manage them.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::client_view::{
    ClientInput, ClientPatch, ClientView, ClientWithSecret, parse,
};
use crate::api::accounts::users::{UserQuery, known_belonging};
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, ClientSecretId};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, NoContent, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::http::tokens::{digest, random_text};
use crate::routes;
use crate::store::accounts::clients;
use crate::store::accounts::clients::Client;
use crate::store::accounts::sessions;
use crate::store::events;
use crate::store::events::{Author, Change, Event, changes};
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::PageView;
use crate::usecases::permission::KeepAccounts;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["clients"; list_clients, create_client, get_client, update_client, create_client_secret,
        revoke_client_secret]
}

/// Path parameters of one machine client.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ClientPath {
    /// The client's id.
    pub client_id: ClientId,
}

/// Path parameters of one secret of a machine client.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ClientSecretPath {
    /// The client's id.
    pub client_id: ClientId,
    /// The secret's id.
    pub secret_id: ClientSecretId,
}

/// List machine clients
///
/// All clients, ordered by name, with their scopes and the time they last obtained a token.
#[utoipa::path(get, path = "/clients")]
pub async fn list_clients(
    app: Data<App>,
    _who: Permit<KeepAccounts>,
    query: Query<UserQuery>,
) -> Result<Sheet<PageView<ClientView>>, Problem> {
    let page = PageRequest::new(query.0.limit, query.0.cursor);
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let page = clients::list(conn, &page)?;
            let (total, next_cursor) = (page.total, page.next_cursor);
            let views = page.items.into_iter().map(|client| ClientView::read(conn, client));
            Ok(PageView { items: views.collect::<Result<_, _>>()?, total, next_cursor })
        })
        .await?;
    Ok(Sheet(view))
}

/// Create a machine client
///
/// Creates the client together with its first secret. The secret is returned only in this response
/// and cannot be retrieved later.
#[utoipa::path(
    post, path = "/clients",
    responses((status = 409, description = "The name is already in use.")),
)]
pub async fn create_client(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    body: Body<ClientInput>,
    once: Once,
) -> Result<Created<ClientWithSecret>, Problem> {
    let (author, now, secret) = (who.author(), app.clock.now(), NewSecret::make()?);
    let new = parse(&body.0, now)?;
    let kept = secret.clone();
    let client = once
        .write(&app, move |conn| -> Result<ClientView, Problem> {
            known_belonging(conn, new.user.unit_id, new.user.area_id)?;
            let client = clients::insert(conn, &new, now)?;
            clients::add_secret(conn, client.id, (&kept.hint, &kept.hash), now)?;
            let client = clients::get(conn, client.id)?;
            let view = ClientView::read(conn, client)?;
            let event = Event::of("client.created", "client", view.id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(secret.created(client))
}

/// Show a machine client
///
/// Returns one client with its scopes and the hints of its active secrets.
#[utoipa::path(get, path = "/clients/{client_id}")]
pub async fn get_client(
    app: Data<App>,
    _who: Permit<KeepAccounts>,
    path: Path<ClientPath>,
    _held: Conditional,
) -> Result<Tagged<ClientView>, Problem> {
    let id = path.0.client_id;
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let client = clients::get(conn, id)?;
            ClientView::read(conn, client)
        })
        .await?;
    Ok(Tagged(view))
}

/// Change a machine client
///
/// Absent fields are left unchanged. Removing scopes, setting an expiry and disabling the client
/// take effect immediately, also for tokens already issued.
#[utoipa::path(patch, path = "/clients/{client_id}")]
pub async fn update_client(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    path: Path<ClientPath>,
    version: IfMatch,
    body: Body<ClientPatch>,
) -> Result<Tagged<ClientView>, Problem> {
    let (author, now, id, patch) = (who.author(), app.clock.now(), path.0.client_id, body.0);
    let view = app
        .db
        .write(move |conn| -> Result<ClientView, Problem> {
            let before = clients::get(conn, id)?;
            let changed = patch.apply(Client { version: version.0, ..before.clone() }, now)?;
            let after = clients::save(conn, &changed)?;
            if after.user.disabled_at.is_some() {
                sessions::end_all(conn, after.user.id, None, now, "client disabled")?;
            }
            let before = ClientView::read(conn, before)?;
            let view = ClientView::read(conn, after)?;
            let event = Event::of("client.updated", "client", id.0, changes(Some(&before), &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
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
pub async fn create_client_secret(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    path: Path<ClientPath>,
    once: Once,
) -> Result<Created<ClientWithSecret>, Problem> {
    let (author, now, id) = (who.author(), app.clock.now(), path.0.client_id);
    let secret = NewSecret::make()?;
    let kept = secret.clone();
    let client = once
        .write(&app, move |conn| -> Result<ClientView, Problem> {
            clients::get(conn, id)?;
            if clients::secrets(conn, id)?.len() >= 2 {
                return Err(two_secrets());
            }
            clients::add_secret(conn, id, (&kept.hint, &kept.hash), now)?;
            note(conn, &author, "client.secret_added", id, &kept.hint, now)?;
            let client = clients::get(conn, id)?;
            ClientView::read(conn, client)
        })
        .await?;
    Ok(secret.created(client))
}

/// Revoke a secret of a machine client
///
/// The secret can no longer be used to obtain tokens, and all access tokens of the client,
/// whichever secret they were issued for, are revoked immediately.
#[utoipa::path(delete, path = "/clients/{client_id}/secrets/{secret_id}")]
pub async fn revoke_client_secret(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    path: Path<ClientSecretPath>,
) -> Result<NoContent, Problem> {
    let (author, now) = (who.author(), app.clock.now());
    let Path(ClientSecretPath { client_id, secret_id }) = path;
    app.db
        .write(move |conn| -> Result<(), Problem> {
            let client = clients::get(conn, client_id)?;
            let secrets = clients::secrets(conn, client_id)?;
            clients::revoke(conn, client_id, secret_id, now)?;
            sessions::end_all(conn, client.user.id, None, now, "secret revoked")?;
            let hint = secrets.into_iter().find(|s| s.id == secret_id).map(|s| s.hint);
            let hint = hint.unwrap_or_default();
            note(conn, &author, "client.secret_revoked", client_id, &hint, now)
        })
        .await?;
    Ok(NoContent)
}

fn note(
    conn: &mut Conn,
    author: &Author,
    kind: &'static str,
    id: ClientId,
    hint: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let event = Event::of(kind, "client", id.0, vec![Change::said("hint", hint)]);
    Ok(events::record(conn, author, now, &event)?)
}

fn two_secrets() -> Problem {
    let detail = Words::new(
        "该客户端已有两个有效密钥。请先吊销不再使用的一个：DELETE …/secrets/{secret_id}。",
        "The client already has two active secrets. Revoke the one that is no longer used first: DELETE …/secrets/{secret_id}.",
    );
    Problem::conflict("two-secrets", detail)
}

/// A newly generated secret.
#[derive(Clone)]
pub struct NewSecret {
    /// The secret in plain text.
    pub secret: String,
    /// First 10 characters, stored so that a secret can be recognised in lists.
    pub hint: String,
    /// Digest of the secret; the only form in which it is stored.
    pub hash: String,
}

impl NewSecret {
    /// Generates 256 random bits, prefixed with `mps_` so that secret scanners can detect the
    /// format.
    ///
    /// # Errors
    /// The operating system provides no random bytes.
    pub fn make() -> Result<Self, Problem> {
        let secret = format!("mps_{}", random_text().map_err(Problem::broken)?);
        let hint = secret.chars().take(10).collect();
        Ok(Self { hash: digest(&secret), hint, secret })
    }

    /// Builds the response. It contains the secret unless the request was an idempotent replay.
    fn created(self, client: ClientView) -> Created<ClientWithSecret> {
        let location = format!("/clients/{}", client.id);
        let mine = client.secrets.iter().any(|s| s.hint == self.hint);
        let view = ClientWithSecret { client, client_secret: mine.then_some(self.secret) };
        Created { view, location }
    }
}
