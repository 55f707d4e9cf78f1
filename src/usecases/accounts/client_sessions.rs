//! Sessions of machine clients: opened with a secret for some scopes.

use crate::domain::access_log::AccessKind;
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::account::scope::ClientScope;
use crate::domain::account::session::network_of;
use crate::domain::id::SessionId;
use crate::domain::words::Words;
use crate::store::accounts::clients::{self, Client};
use crate::store::accounts::sessions::{self, NewSession};
use crate::usecases::accounts::log_ins;
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::Anonymous;
use crate::usecases::random::digest;
use crate::usecases::refusal::Refusal;

/// What a machine client shows to get a token.
#[derive(Clone, Debug)]
pub(crate) struct ClientLogin {
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
pub(crate) struct ClientSession {
    /// The client.
    pub client: Client,
    /// The scopes granted.
    pub scopes: Vec<ClientScope>,
    /// The session.
    pub session: SessionId,
}

/// Checks client and secret without writing, so that wrong ones do not keep the writer busy.
///
/// # Errors
/// [`wrong_client`].
pub(crate) fn check(asked: &mut Anonymous<'_>, login: &ClientLogin) -> Result<(), Refusal> {
    let conn = &mut *asked.conn;
    let now = asked.now.instant;
    let found = clients::find(conn, &login.client_id)?.filter(|client| client.is_good(now));
    let client = found.ok_or_else(wrong_client)?;
    let known = clients::knows(conn, client.id, &digest(&login.secret))?;
    if known { Ok(()) } else { Err(wrong_client()) }
}

/// Opens a session for a machine client. Its line of the access log has the id of the client.
///
/// # Errors
/// [`wrong_client`] when it is unknown, disabled or expired, or the secret is wrong or revoked;
/// Unreadable when it asks for more than the scopes it has. A refusal leaves the time of the
/// secret's last use as it was.
pub(crate) fn open(
    asked: &mut Anonymous<'_>,
    login: &ClientLogin,
    origin: &Origin,
    room: &LogInRoom,
) -> Result<ClientSession, Refusal> {
    let conn = &mut *asked.conn;
    let now = asked.now.instant;
    let found = clients::find(conn, &login.client_id)?.filter(|client| client.is_good(now));
    let client = found.ok_or_else(wrong_client)?;
    if !clients::present(conn, client.id, &digest(&login.secret), now)? {
        return Err(wrong_client());
    }
    let scopes = granted(login, &client).ok_or_else(|| too_wide(&client.scopes))?;
    let ends = now.plus_seconds(login.lifetime);
    let ends = client.expires_at.map_or(ends, |until| until.min(ends));
    let network = network_of(&origin.address);
    let new = NewSession { user: client.user.id, at: now, ends, network };
    let session = sessions::open(conn, &new)?;
    let step = origin.step(AccessKind::LoggedIn, session, &client.user, &client.client_id);
    log_ins::note(conn, room, now, &step)?;
    Ok(ClientSession { client, scopes, session })
}

/// The scopes asked for, or all; `None` when the client lacks one of them.
fn granted(login: &ClientLogin, client: &Client) -> Option<Vec<ClientScope>> {
    let Some(asked) = login.scopes.as_ref().filter(|text| !text.trim().is_empty()) else {
        return Some(client.scopes.clone());
    };
    let asked = ClientScope::split(asked).ok()?;
    asked.iter().all(|scope| client.scopes.contains(scope)).then_some(asked)
}

/// The refusal of a client or secret that is not valid. It does not say which of them it is.
pub(crate) fn wrong_client() -> Refusal {
    let words = Words::new(
        "客户端或密钥不正确，或已停用、到期、吊销。请向管理员索取新的密钥。",
        "The client id or secret is wrong, disabled, expired or revoked. Ask the administrator for a new secret.",
    );
    Refusal::unauthenticated("oauth-invalid-client", words)
}

fn too_wide(has: &[ClientScope]) -> Refusal {
    let has = ClientScope::join(has);
    let words = Words::new(
        format!("申请的权限范围超出该客户端所有：{has}。"),
        format!("The requested scope exceeds the client's scopes: {has}."),
    );
    Refusal::unreadable("oauth-invalid-scope", words)
}
