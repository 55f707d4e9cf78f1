//! Sessions, second factors, accounts and machine clients: `/sessions`, `/me`, `/users`, `/clients`, `/oauth/token`.

pub(crate) mod clients;
pub(crate) mod oauth;
pub(crate) mod open_sessions;
pub(crate) mod sessions;
pub(crate) mod totp;
pub(crate) mod users;

use crate::domain::account::access::Role;
use crate::domain::id::{ClientId, ClientSecretId, SessionId, UserId};
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    clients::routes()
        .and(oauth::routes())
        .and(sessions::routes())
        .and(open_sessions::routes())
        .and(totp::routes())
        .and(users::routes())
        .with_types(parameter_types![ClientId ClientSecretId Role SessionId UserId])
}
