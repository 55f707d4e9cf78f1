//! The caller that an access token names, as the register knows it now.

use crate::domain::account::access::Action;
use crate::domain::account::scope::ClientScope;
use crate::domain::account::session::{IdleLimit, is_use_due};
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, SessionId, UserId};
use crate::store::accounts::users::User;
use crate::store::accounts::{clients, sessions, totp, users};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::Anonymous;
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// Whom an access token names.
#[derive(Clone, Debug)]
pub(crate) struct TokenHolder {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub user: UserId,
    /// The machine client that acts through the account.
    pub machine: Option<TokenClient>,
}

/// The machine client that an access token names.
#[derive(Clone, Debug)]
pub(crate) struct TokenClient {
    /// The client.
    pub client: ClientId,
    /// The scopes granted with the token.
    pub scopes: Vec<ClientScope>,
}

/// A caller that was found.
pub(crate) struct Found {
    /// The caller.
    pub caller: Caller,
    /// True if the use of its session is to be noted.
    pub use_is_due: bool,
}

/// What a session is judged by, besides what is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRules {
    /// How long a session may be unused.
    pub idle: IdleLimit,
    /// The last use of the session, if it is not stored yet.
    pub noted: Option<Timestamp>,
    /// True if accounts of roles that can have a second factor need one.
    pub needs_second_factor: bool,
}

/// The caller that `holder` names; `None` if the session has ended or is idle, the account is disabled, or the
/// client is disabled or expired.
///
/// # Errors
/// The database's; Not found when the client does not exist.
pub(crate) fn find_caller(
    asked: &mut Anonymous<'_>,
    holder: TokenHolder,
    origin: &Origin,
    rules: SessionRules,
) -> Result<Option<Found>, Refusal> {
    let (conn, now) = (&mut *asked.conn, asked.now.instant);
    let TokenHolder { session, user, machine } = holder;
    let Some(open) = sessions::find_live(conn, session, user, now)? else {
        return Ok(None);
    };
    let last_use = rules.noted.map_or(open.last_used_at, |at| at.max(open.last_used_at));
    if rules.idle.is_over(last_use, now) {
        return Ok(None);
    }
    let use_is_due = is_use_due(last_use, now);
    let Some(user) = users::find(conn, user)?.filter(|user| user.disabled_at.is_none()) else {
        return Ok(None);
    };
    let author = origin.author(&user);
    let Some(TokenClient { client, mut scopes }) = machine else {
        let lacks_second_factor = rules.needs_second_factor
            && user.role.may(Action::UseSecondFactor)
            && !totp::is_confirmed(conn, user.id)?;
        let caller = Caller { user, session, author, scopes: None, lacks_second_factor };
        return Ok(Some(Found { caller, use_is_due }));
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
    let scopes = Some(scopes);
    let caller = Caller { user, session, author, scopes, lacks_second_factor: false };
    Ok(Some(Found { caller, use_is_due }))
}
