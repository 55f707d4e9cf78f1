//! Sessions, second factors, accounts and machine clients: `/sessions`, `/me`, `/users`, `/clients`, `/oauth/token`.

pub mod clients;
pub mod oauth;
pub mod open_sessions;
pub mod sessions;
pub mod totp;
pub mod users;

use crate::domain::account::access::Role;
use crate::domain::id::{ClientId, ClientSecretId, SessionId, UserId};
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    clients::routes()
        .and(oauth::routes())
        .and(sessions::routes())
        .and(open_sessions::routes())
        .and(totp::routes())
        .and(users::routes())
        .with_types(parameter_types![ClientId ClientSecretId Role SessionId UserId])
}
