//! Accounts and machine clients in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use serde::Serialize;

use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, ClientId, ClientSecretId, UnitId, UserId};
use crate::store::accounts::clients::{Client, ClientSecret};
use crate::store::accounts::users::User;

/// An account of a person.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedUser<'a> {
    id: UserId,
    username: &'a str,
    display_name: &'a str,
    role: Role,
    unit_id: Option<UnitId>,
    area_id: Option<AreaId>,
    must_change_password: bool,
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    version: i64,
}

impl<'a> From<&'a User> for RecordedUser<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id,
            username: &user.username,
            display_name: &user.display_name,
            role: user.role,
            unit_id: user.unit_id,
            area_id: user.area_id,
            must_change_password: user.must_change_password,
            disabled_at: user.disabled_at,
            created_at: user.created_at,
            version: user.version,
        }
    }
}

/// A machine client with the hints of its secrets.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedClient<'a> {
    id: ClientId,
    client_id: &'a str,
    name: &'a str,
    role: Role,
    unit_id: Option<UnitId>,
    area_id: Option<AreaId>,
    scopes: &'a [ClientScope],
    expires_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    secrets: Vec<RecordedSecret<'a>>,
    created_at: Timestamp,
    version: i64,
}

/// A secret of a machine client, without the secret itself.
#[derive(Debug, Serialize)]
struct RecordedSecret<'a> {
    id: ClientSecretId,
    hint: &'a str,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl<'a> RecordedClient<'a> {
    /// `client` with its active `secrets`.
    pub(crate) fn of(client: &'a Client, secrets: &'a [ClientSecret]) -> Self {
        let recorded = |secret: &'a ClientSecret| RecordedSecret {
            id: secret.id,
            hint: &secret.hint,
            created_at: secret.created_at,
            last_used_at: secret.last_used_at,
        };
        Self {
            id: client.id,
            client_id: &client.client_id,
            name: &client.name,
            role: client.user.role,
            unit_id: client.user.unit_id,
            area_id: client.user.area_id,
            scopes: &client.scopes,
            expires_at: client.expires_at,
            disabled_at: client.user.disabled_at,
            last_used_at: client.last_used_at,
            secrets: secrets.iter().map(recorded).collect(),
            created_at: client.created_at,
            version: client.version,
        }
    }
}
