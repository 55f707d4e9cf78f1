//! Accounts of people as shown and as sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, UnitId, UserId};
use crate::store::accounts::users::User;
use crate::usecases::answer::Versioned;
use crate::usecases::patch::Patchable;

/// An account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// The account's id.
    pub id: UserId,
    /// User name for logging in, in lower case.
    pub username: String,
    /// Display name.
    pub display_name: String,
    /// Role, which determines the account's permissions.
    pub role: Role,
    /// Unit the account acts for; set only for the role `unit`.
    pub unit_id: Option<UnitId>,
    /// Area the account acts for; set only for the role `area`.
    pub area_id: Option<AreaId>,
    /// True if the account must change its password before it can do anything else.
    pub must_change_password: bool,
    /// Time the account was disabled; null if it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
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

impl Versioned for UserView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// An account to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct UserInput {
    /// User name for logging in: ASCII letters, digits, `.`, `-` and `_`. Case is ignored.
    #[schema(min_length = 2, max_length = 64)]
    pub username: String,
    /// Display name.
    #[schema(min_length = 1, max_length = 200)]
    pub display_name: String,
    /// Role, which determines the account's permissions.
    pub role: Role,
    /// Unit the account acts for; required for the role `unit` and not allowed for other roles.
    pub unit_id: Option<UnitId>,
    /// Area the account acts for; required for the role `area` and not allowed for other roles.
    pub area_id: Option<AreaId>,
    /// Initial password: at least 10 characters and not easily guessed. The account must change it
    /// at its first log-in.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
}

impl UserInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "username": "zhang.wei", "display_name": "张伟", "role": "viewer",
            "password": "river lantern copper 47",
        })
    }
}

/// The fields of an account that can be changed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserForm {
    /// Display name; null leaves it unchanged.
    #[schema(min_length = 1, max_length = 200)]
    pub display_name: Option<String>,
    /// Role, which determines the account's permissions.
    pub role: Role,
    /// Unit the account acts for; null for none.
    pub unit_id: Option<UnitId>,
    /// Area the account acts for; null for none.
    pub area_id: Option<AreaId>,
    /// True to disable the account, false to enable it. Disabling ends its sessions immediately.
    /// Null leaves it unchanged.
    pub disabled: Option<bool>,
}

impl From<&User> for UserForm {
    fn from(user: &User) -> Self {
        Self {
            display_name: Some(user.display_name.clone()),
            role: user.role,
            unit_id: user.unit_id,
            area_id: user.area_id,
            disabled: Some(user.disabled_at.is_some()),
        }
    }
}

impl Patchable for UserForm {
    const SCHEMA: &'static str = "UserPatch";
    const DESCRIPTION: &'static str =
        "A partial update of an account; absent fields are left unchanged.";
    const FIXED: &'static [&'static str] = &[];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"display_name": "张伟（市发展改革委）", "disabled": false})
    }
}

/// A password set by an administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct PasswordReset {
    /// New password: at least 10 characters and not easily guessed. The account must change it at
    /// its next log-in.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
}

impl PasswordReset {
    fn sample() -> serde_json::Value {
        serde_json::json!({"password": "window ladder orchid 93"})
    }
}
