//! Answers about machine clients, and what callers write of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, ClientId, ClientSecretId, UnitId};
use crate::domain::text::Name;
use crate::domain::words::Words;
use crate::store::accounts::clients::{Client, ClientSecret, NewClient};
use crate::store::accounts::users::{NewUser, User};
use crate::usecases::accounts::users::check_affiliation;
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::random::random_text;
use crate::usecases::refusal::Refusal;

/// A machine client: an application that uses the API with its own credentials.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MachineClient)]
pub(crate) struct ClientView {
    /// The client's id.
    pub id: ClientId,
    /// Identifier to send as `client_id` to `/oauth/token`.
    #[schema(example = "mp-3fQ0aZ7kLw2c")]
    pub client_id: String,
    /// Display name; shown as the author in events.
    pub name: String,
    /// Role the client acts in. Its permissions are those of the role, limited to its scopes.
    pub role: Role,
    /// Unit the client acts for; set only for the role `unit`.
    pub unit_id: Option<UnitId>,
    /// Area the client acts for; set only for the role `area`.
    pub area_id: Option<AreaId>,
    /// Scopes granted to the client.
    pub scopes: Vec<ClientScope>,
    /// Expiry time; null if the client does not expire.
    pub expires_at: Option<Timestamp>,
    /// Time the client was disabled; null if it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// Time the client last obtained a token; null if never.
    pub last_used_at: Option<Timestamp>,
    /// Active secrets; two during a rotation.
    pub secrets: Vec<ClientSecretView>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

/// A client secret, without the secret itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ClientSecret)]
pub(crate) struct ClientSecretView {
    /// The secret's id.
    pub id: ClientSecretId,
    /// First characters of the secret, to recognise it by.
    #[schema(example = "mps_Hc81Tz")]
    pub hint: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time a token was last obtained with this secret; null if never.
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
    /// The answer about `client` with its active `secrets`.
    pub(crate) fn of(client: Client, secrets: Vec<ClientSecret>) -> Self {
        Self {
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
        }
    }
}

/// A machine client and its newly created secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClientWithSecret {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// The secret. It is returned only once and is not stored in plain text; null in a response
    /// replayed for the same `Idempotency-Key`.
    pub client_secret: Option<String>,
}

impl Versioned for ClientWithSecret {
    fn version(&self) -> i64 {
        self.client.version
    }
}

/// A machine client to create.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ClientInput {
    /// Display name; shown as the author in events.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Role the client acts in; `admin` is not allowed.
    pub role: Role,
    /// Unit the client acts for; required for the role `unit` and not allowed for other roles.
    pub unit_id: Option<UnitId>,
    /// Area the client acts for; required for the role `area` and not allowed for other roles.
    pub area_id: Option<AreaId>,
    /// Scopes to grant.
    #[schema(min_items = 1)]
    pub scopes: Vec<ClientScope>,
    /// Expiry time, which must be in the future; absent if the client does not expire.
    pub expires_at: Option<Timestamp>,
}

impl ClientInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "name": "统计局联网直报平台", "role": "commission", "scopes": ["projects:read", "events:read"],
        })
    }
}

/// The fields of a machine client that can be changed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientForm {
    /// Display name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Granted scopes. Removed scopes also stop working for tokens already issued.
    #[schema(min_items = 1)]
    pub scopes: Vec<ClientScope>,
    /// Expiry time, which must be in the future; null if the client does not expire.
    pub expires_at: Option<Timestamp>,
    /// True to disable the client, false to enable it. Disabling revokes its tokens immediately.
    pub disabled: bool,
}

impl From<&Client> for ClientForm {
    fn from(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            scopes: client.scopes.clone(),
            expires_at: client.expires_at,
            disabled: client.user.disabled_at.is_some(),
        }
    }
}

impl Patchable for ClientForm {
    const SCHEMA: &'static str = "ClientPatch";
    const DESCRIPTION: &'static str =
        "A partial update of a machine client; absent fields are left unchanged.";
    const FIXED: &'static [&'static str] = &[];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"scopes": ["projects:read"], "disabled": false})
    }
}

/// Validates `input` and generates the client identifier.
///
/// # Errors
/// All invalid fields.
pub(crate) fn parse(input: &ClientInput, now: Timestamp) -> Result<NewClient, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    check_affiliation(&mut check, input.role, input.unit_id, input.area_id);
    if input.role == Role::Admin {
        let words =
            Words::new("接口客户端不能管理账号。", "A machine client cannot manage accounts.");
        check.note("/role", FieldError::new(String::new(), "not-allowed", words));
    } else {
        must_serve(&mut check, input.role, &input.scopes);
    }
    in_future(&mut check, input.expires_at, now);
    let tail: String = random_text().map_err(Refusal::broken)?.chars().take(12).collect();
    let client_id = format!("mp-{tail}");
    let new = name.map(|name| {
        let name = name.into_string();
        let user = NewUser {
            // Nobody can log in with this: the user name is not a valid one, and no password
            // matches an empty hash.
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

/// Notes every scope that the client's role cannot use: its tokens would be refused everywhere.
fn must_serve(check: &mut Check, role: Role, scopes: &[ClientScope]) {
    for (index, scope) in scopes.iter().enumerate().filter(|(_, scope)| !scope.serves(role)) {
        let roles = Role::ALL.iter().copied().filter(|&r| scope.serves(r));
        let (zh, en): (Vec<_>, Vec<_>) = roles.map(|r| (r.zh(), r.as_str())).unzip();
        let words = Words::new(
            format!("“{}”角色用不上 {scope}；可用的角色：{}。", role.zh(), zh.join("、")),
            format!("The role {role} cannot use {scope}; roles that can: {}.", en.join(", ")),
        );
        check.note(&format!("/scopes/{index}"), FieldError::new("", "scope-not-of-role", words));
    }
}

fn in_future(check: &mut Check, expires_at: Option<Timestamp>, now: Timestamp) {
    if expires_at.is_some_and(|until| until <= now) {
        let words = Words::new("有效期须在将来。", "The expiry time must be in the future.");
        check.note("/expires_at", FieldError::new(String::new(), "in-past", words));
    }
}

/// `client` with the fields of `patch` changed.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn changed(
    client: Client,
    patch: &Patch<ClientForm>,
    now: Timestamp,
) -> Result<Client, Refusal> {
    let form = patch.merged(&ClientForm::from(&client))?;
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&form.name));
    if patch.names("scopes") {
        must_serve(&mut check, client.user.role, &form.scopes);
    }
    if patch.names("expires_at") {
        in_future(&mut check, form.expires_at, now);
    }
    let name = check.done(name)?.into_string();
    let disabled_at = form.disabled.then(|| client.user.disabled_at.unwrap_or(now));
    let user = User { disabled_at, display_name: name.clone(), ..client.user };
    let scopes = if patch.names("scopes") { in_order(&form.scopes) } else { client.scopes };
    Ok(Client { name, scopes, expires_at: form.expires_at, user, ..client })
}
