//! How machine clients look outside, and what may be asked of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::accounts::users::belonging;
use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, ClientId, ClientSecretId, UnitId};
use crate::domain::text::Name;
use crate::domain::words::Words;
use crate::http::body::given;
use crate::http::problem::Problem;
use crate::http::tokens::random_text;
use crate::store::Conn;
use crate::store::accounts::clients;
use crate::store::accounts::clients::{Client, ClientSecret, NewClient};
use crate::store::accounts::users::{NewUser, User};
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// A machine client.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Client)]
pub struct ClientView {
    /// The client's id.
    pub id: ClientId,
    /// What it names itself by at `/oauth/token`.
    #[schema(example = "mp-3fQ0aZ7kLw2c")]
    pub client_id: String,
    /// The name people know; events carry it.
    pub name: String,
    /// In whose place it acts: what it may do is what this role may, as far as its scopes reach.
    pub role: Role,
    /// The unit it acts for, when its role is `unit`.
    pub unit_id: Option<UnitId>,
    /// The area it acts for, when its role is `area`.
    pub area_id: Option<AreaId>,
    /// What it was let do.
    pub scopes: Vec<ClientScope>,
    /// Until when it is good; null for ever.
    pub expires_at: Option<Timestamp>,
    /// Since when it gets no more tokens; null while it may.
    pub disabled_at: Option<Timestamp>,
    /// When it last got a token; null when never.
    pub last_used_at: Option<Timestamp>,
    /// Its secrets that were not revoked: two while it changes from one to the other.
    pub secrets: Vec<ClientSecretView>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version, which is the ETag.
    pub version: i64,
}

/// A secret, of which only this is known.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ClientSecret)]
pub struct ClientSecretView {
    /// The secret's id.
    pub id: ClientSecretId,
    /// How it begins.
    #[schema(example = "mps_Hc81Tz")]
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last got a token; null when never.
    pub last_used_at: Option<Timestamp>,
}

impl From<ClientSecret> for ClientSecretView {
    fn from(secret: ClientSecret) -> Self {
        let ClientSecret { id, hint, created_at, last_used_at } = secret;
        Self { id, hint, created_at, last_used_at }
    }
}

impl Versioned for ClientView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ClientView {
    /// The client with its secrets.
    pub fn read(conn: &mut Conn, client: Client) -> Result<Self, Problem> {
        let secrets = clients::secrets(conn, client.id)?;
        Ok(Self {
            id: client.id,
            client_id: client.client_id,
            name: client.name,
            role: client.user.role,
            unit_id: client.user.unit_id,
            area_id: client.user.area_id,
            scopes: client.scopes,
            expires_at: client.expires_at,
            disabled_at: client.user.disabled_at,
            last_used_at: client.last_used_at,
            secrets: secrets.into_iter().map(Into::into).collect(),
            created_at: client.created_at,
            version: client.version,
        })
    }
}

/// A machine client with the secret that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientWithSecret {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// The secret. It is shown this once and nowhere kept: an answer given again under the same
    /// `Idempotency-Key` has null here.
    pub client_secret: Option<String>,
}

impl Versioned for ClientWithSecret {
    fn version(&self) -> i64 {
        self.client.version
    }
}

/// A machine client to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ClientInput {
    /// The name people know; events carry it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// In whose place it acts; not `admin`.
    pub role: Role,
    /// The unit it acts for; required when the role is `unit`, and only then allowed.
    pub unit_id: Option<UnitId>,
    /// The area it acts for; required when the role is `area`, and only then allowed.
    pub area_id: Option<AreaId>,
    /// What it is let do.
    #[schema(min_items = 1)]
    pub scopes: Vec<ClientScope>,
    /// Until when it is good; for ever when absent.
    pub expires_at: Option<Timestamp>,
}

impl ClientInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "name": "统计局联网直报平台", "role": "viewer", "scopes": ["projects:read", "events:read"],
        })
    }
}

/// A change of a machine client; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ClientPatch {
    /// The name people know.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    #[serde(default)]
    pub name: Option<String>,
    /// What it is let do; less works at once, on tokens that were given out too.
    #[schema(min_items = 1, nullable = false)]
    #[serde(default)]
    pub scopes: Option<Vec<ClientScope>>,
    /// Until when it is good; null for ever.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Timestamp>)]
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether it gets no more tokens. Disabling ends those it has at once.
    #[schema(nullable = false)]
    #[serde(default)]
    pub disabled: Option<bool>,
}

impl ClientPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"scopes": ["projects:read"], "disabled": false})
    }
}

/// A client to be made of what was asked for.
///
/// # Errors
/// Every wrong field.
pub fn parse(input: &ClientInput, now: Timestamp) -> Result<NewClient, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    belonging(&mut check, input.role, input.unit_id, input.area_id);
    if input.role == Role::Admin {
        let words =
            Words::new("接口客户端不能管理账号。", "A machine client cannot keep accounts.");
        check.note("/role", FieldError::new(String::new(), "not-allowed", words));
    }
    in_future(&mut check, input.expires_at, now);
    let tail: String = random_text().map_err(Problem::broken)?.chars().take(12).collect();
    let client_id = format!("mp-{tail}");
    let new = name.map(|name| {
        let name = name.into_string();
        let user = NewUser {
            // No one can log in by such a name, nor with such a password.
            username: format!("client:{client_id}"),
            display_name: name.clone(),
            role: input.role,
            unit_id: input.unit_id,
            area_id: input.area_id,
            password_hash: String::new(),
            must_change_password: false,
        };
        let scopes = in_order(&input.scopes);
        NewClient { user, client_id, name, scopes, expires_at: input.expires_at }
    });
    check.done(new)
}

fn in_order(scopes: &[ClientScope]) -> Vec<ClientScope> {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn in_future(check: &mut Check, expires_at: Option<Timestamp>, now: Timestamp) {
    if expires_at.is_some_and(|until| until <= now) {
        let words = Words::new("有效期须在将来。", "The end must be in the future.");
        check.note("/expires_at", FieldError::new(String::new(), "in-past", words));
    }
}

impl ClientPatch {
    /// `client` as it is to be.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn apply(&self, mut client: Client, now: Timestamp) -> Result<Client, Refusal> {
        let mut check = Check::new();
        if let Some(name) = &self.name
            && let Some(name) = check.field("/name", Name::parse(name))
        {
            client.name = name.into_string();
        }
        if let Some(scopes) = &self.scopes {
            client.scopes = in_order(scopes);
        }
        if let Some(expires_at) = self.expires_at {
            in_future(&mut check, expires_at, now);
            client.expires_at = expires_at;
        }
        if let Some(disabled) = self.disabled {
            let since = disabled.then(|| client.user.disabled_at.unwrap_or(now));
            client.user = User { disabled_at: since, ..client.user };
        }
        client.user.display_name.clone_from(&client.name);
        check.done(Some(client))
    }
}
