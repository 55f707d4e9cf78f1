//! The caller that an access token names, as the register knows it now.

use crate::domain::account::scope::ClientScope;
use crate::domain::id::{ClientId, SessionId, UserId};
use crate::store::accounts::users::User;
use crate::store::accounts::{clients, sessions, users};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::Anonymous;
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// Whom an access token names.
#[derive(Clone, Debug)]
pub struct TokenHolder {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub user: UserId,
    /// The machine client that acts through the account.
    pub machine: Option<TokenClient>,
}

/// The machine client that an access token names.
#[derive(Clone, Debug)]
pub struct TokenClient {
    /// The client.
    pub client: ClientId,
    /// The scopes granted with the token.
    pub scopes: Vec<ClientScope>,
}

/// The caller that `holder` names; `None` if the session has ended, the account is disabled, or the
/// client is disabled or expired.
///
/// # Errors
/// The database's; Not found when the client does not exist.
pub fn find_caller(
    asked: &mut Anonymous<'_>,
    holder: TokenHolder,
    origin: &Origin,
) -> Result<Option<Caller>, Refusal> {
    let (conn, now) = (&mut *asked.conn, asked.now.instant);
    let TokenHolder { session, user, machine } = holder;
    if !sessions::is_live(conn, session, user, now)? {
        return Ok(None);
    }
    let Some(user) = users::find(conn, user)?.filter(|user| user.disabled_at.is_none()) else {
        return Ok(None);
    };
    let author = origin.author(&user);
    let Some(TokenClient { client, mut scopes }) = machine else {
        return Ok(Some(Caller { user, session, author, scopes: None }));
    };
    let client = clients::get(conn, client)?;
    if client.user.id != user.id || !client.is_good(now) {
        return Ok(None);
    }
    // Only those scopes of the token that the client still has.
    scopes.retain(|scope| client.scopes.contains(scope));
    let author = author.into_client(client.id, &client.name);
    // Where an account is shown by name, its client's name is shown.
    let user = User { username: client.name, ..user };
    Ok(Some(Caller { user, session, author, scopes: Some(scopes) }))
}
