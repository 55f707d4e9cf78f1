//! Sessions of machine clients: opened with a secret for some scopes.

use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::SessionId;
use crate::store::Conn;
use crate::store::accounts::clients::{self, Client};
use crate::store::accounts::sessions;
use crate::store::events::{self, Event};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::random::digest;
use crate::usecases::refusal::Refusal;

/// What a machine client shows to get a token.
#[derive(Clone, Debug)]
pub struct ClientLogin {
    /// Its identifier.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// The scopes it asks for, separated by spaces; `None` or blank for all it has.
    pub scopes: Option<String>,
    /// Longest life of the session, in seconds.
    pub lifetime: i64,
}

/// An open session of a machine client.
#[derive(Debug)]
pub struct ClientSession {
    /// The client.
    pub client: Client,
    /// The scopes granted.
    pub scopes: Vec<ClientScope>,
    /// The session.
    pub session: SessionId,
}

/// Why a machine client gets no token.
#[derive(Debug)]
pub enum ClientRefused {
    /// Unknown, disabled or expired, or the secret is wrong or revoked.
    Unknown,
    /// It asked for more than the scopes it has, which are given.
    Scope(Vec<ClientScope>),
}

/// Opens a session for a machine client and records the event.
///
/// # Errors
/// The outer one is the database's.
pub fn open(
    conn: &mut Conn,
    login: &ClientLogin,
    origin: &Origin,
    now: Timestamp,
) -> Result<Result<ClientSession, ClientRefused>, Refusal> {
    let found = clients::find(conn, &login.client_id)?.filter(|client| client.is_good(now));
    let Some(client) = found else { return Ok(Err(ClientRefused::Unknown)) };
    if !clients::present(conn, client.id, &digest(&login.secret), now)? {
        return Ok(Err(ClientRefused::Unknown));
    }
    let Some(scopes) = granted(login, &client) else {
        return Ok(Err(ClientRefused::Scope(client.scopes)));
    };
    let ends = now.plus_seconds(login.lifetime);
    let ends = client.expires_at.map_or(ends, |until| until.min(ends));
    let session = sessions::open(conn, client.user.id, now, ends)?;
    let author = origin.author(&client.user).as_client(client.id, &client.name);
    events::record(conn, &author, now, &Event::of_session("session.opened", session))?;
    Ok(Ok(ClientSession { client, scopes, session }))
}

/// The scopes asked for, or all; `None` when the client lacks one of them.
fn granted(login: &ClientLogin, client: &Client) -> Option<Vec<ClientScope>> {
    let Some(asked) = login.scopes.as_ref().filter(|text| !text.trim().is_empty()) else {
        return Some(client.scopes.clone());
    };
    let asked = ClientScope::split(asked).ok()?;
    asked.iter().all(|scope| client.scopes.contains(scope)).then_some(asked)
}
