//! Accounts: `/users`. Only administrators manage them; administrators see no business data.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::accounts::password;
use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, UnitId, UserId};
use crate::domain::text::{Name, Username};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::{Body, given};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::PageRequest;
use crate::store::accounts::sessions;
use crate::store::accounts::users;
use crate::store::accounts::users::{NewUser, User, UserFilter};
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["users"; list_users, create_user, get_user, update_user, reset_password]
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
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
pub struct UserInput {
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

/// A partial update of an account; absent fields are left unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct UserPatch {
    /// New display name.
    #[schema(min_length = 1, max_length = 200)]
    #[serde(default)]
    pub display_name: Option<String>,
    /// New role.
    #[serde(default)]
    #[schema(nullable = false)]
    pub role: Option<Role>,
    /// Unit the account acts for; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub unit_id: Option<Option<UnitId>>,
    /// Area the account acts for; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub area_id: Option<Option<AreaId>>,
    /// True to disable the account, false to enable it. Disabling ends its sessions immediately.
    #[serde(default)]
    pub disabled: Option<bool>,
}

impl UserPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"display_name": "张伟（市发展改革委）", "disabled": false})
    }
}

/// A password set by an administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct PasswordReset {
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

/// Path parameters of one account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UserPath {
    /// The account's id.
    pub user_id: UserId,
}

/// Filters for the list of accounts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserFilterQuery {
    /// Only accounts with one of these roles.
    #[serde(default)]
    pub role: Vec<Role>,
    /// True for disabled accounts only, false for enabled accounts only.
    #[param(nullable = false)]
    pub disabled: Option<bool>,
    /// Only accounts whose user name or display name contains this text.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
}

/// Paging parameters without filters.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List accounts
///
/// Accounts of people, ordered by user name, in pages. For machine clients see `GET /clients`.
#[utoipa::path(get, path = "/users")]
pub async fn list_users(
    app: Data<App>,
    _who: Permit<KeepAccounts>,
    query: Query<Both<UserFilterQuery, UserQuery>>,
) -> Result<Sheet<PageView<UserView>>, Problem> {
    let Query(Both(UserFilterQuery { role, disabled, q }, page)) = query;
    let (filter, page) =
        (UserFilter { roles: role, disabled, q }, PageRequest::new(page.limit, page.cursor));
    let page =
        app.db.read(move |conn| users::list(conn, &filter, &page).map_err(Problem::from)).await?;
    Ok(Sheet(PageView::of(page, UserView::from)))
}

/// Create an account
///
/// The account must change the initial password at its first log-in.
#[utoipa::path(
    post, path = "/users",
    responses((status = 409, description = "The user name is already in use.")),
)]
pub async fn create_user(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    body: Body<UserInput>,
    once: Once,
) -> Result<Created<UserView>, Problem> {
    let effort = app.config.password_effort();
    let new = tokio::task::spawn_blocking(move || parse(&body.0, effort))
        .await
        .map_err(Problem::broken)??;
    let (author, now) = (who.author(), app.clock.now());
    let view = once
        .write(&app, move |conn| -> Result<UserView, Problem> {
            known_belonging(conn, new.unit_id, new.area_id)?;
            let view = UserView::from(users::insert(conn, &new, now)?);
            let event = Event::of("user.created", "user", view.id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/users/{}", view.id);
    Ok(Created { view, location })
}

/// Show an account
///
/// Returns one account. Accounts of machine clients are not found here; see
/// `GET /clients/{client_id}`.
#[utoipa::path(get, path = "/users/{user_id}")]
pub async fn get_user(
    app: Data<App>,
    _who: Permit<KeepAccounts>,
    path: Path<UserPath>,
    _held: Conditional,
) -> Result<Tagged<UserView>, Problem> {
    let id = path.0.user_id;
    let user = app.db.read(move |conn| users::person(conn, id).map_err(Problem::from)).await?;
    Ok(Tagged(user.into()))
}

/// Change an account
///
/// Absent fields are left unchanged. A change of role and disabling take effect immediately;
/// disabling also ends the account's sessions.
#[utoipa::path(patch, path = "/users/{user_id}")]
pub async fn update_user(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    path: Path<UserPath>,
    version: IfMatch,
    body: Body<UserPatch>,
) -> Result<Tagged<UserView>, Problem> {
    let (author, now, id) = (who.author(), app.clock.now(), path.0.user_id);
    let patch = body.0;
    let view = app
        .db
        .write(move |conn| -> Result<UserView, Problem> {
            let before = users::person(conn, id)?;
            let changed = patch.apply(User { version: version.0, ..before.clone() }, now)?;
            known_belonging(conn, changed.unit_id, changed.area_id)?;
            let after = users::save(conn, &changed)?;
            if after.disabled_at.is_some() {
                sessions::end_all(conn, id, None, now, "account disabled")?;
            }
            let (before, view) = (UserView::from(before), UserView::from(after));
            let event = Event::of("user.updated", "user", id.0, changes(Some(&before), &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

/// Reset an account's password
///
/// Sets a new password for an account whose password was forgotten. Ends all its sessions; the
/// account must change the password at its next log-in.
#[utoipa::path(put, path = "/users/{user_id}/password")]
pub async fn reset_password(
    app: Data<App>,
    who: Permit<KeepAccounts>,
    path: Path<UserPath>,
    body: Body<PasswordReset>,
) -> Result<Tagged<UserView>, Problem> {
    let (author, now, id) = (who.author(), app.clock.now(), path.0.user_id);
    let effort = app.config.password_effort();
    let user = app.db.read(move |conn| users::person(conn, id).map_err(Problem::from)).await?;
    let hash = tokio::task::spawn_blocking(move || {
        let mut check = Check::new();
        let about = [user.username.as_str(), user.display_name.as_str()];
        let hash = strong(&mut check, &body.0.password, &about, effort)?;
        check.done(hash)
    });
    let hash = hash.await.map_err(Problem::broken)??;
    let view = app
        .db
        .write(move |conn| -> Result<UserView, Problem> {
            users::set_password(conn, id, &hash, true)?;
            sessions::end_all(conn, id, None, now, "password reset")?;
            events::record(conn, &author, now, &Event::of_user("user.password_reset", id))?;
            Ok(users::get(conn, id)?.into())
        })
        .await?;
    Ok(Tagged(view))
}

fn parse(input: &UserInput, effort: password::Effort) -> Result<NewUser, Refusal> {
    let mut check = Check::new();
    let username = check.field("/username", Username::parse(&input.username));
    let display_name = check.field("/display_name", Name::parse(&input.display_name));
    belonging(&mut check, input.role, input.unit_id, input.area_id);
    let about = [input.username.as_str(), input.display_name.as_str()];
    let hash = strong(&mut check, &input.password, &about, effort)?;
    let parsed =
        username.zip(display_name).zip(hash).map(|((username, display_name), hash)| NewUser {
            username: username.into_string(),
            display_name: display_name.into_string(),
            role: input.role,
            unit_id: input.unit_id,
            area_id: input.area_id,
            password_hash: hash,
            must_change_password: true,
        });
    check.done(parsed)
}

fn strong(
    check: &mut Check,
    password: &str,
    about: &[&str],
    effort: password::Effort,
) -> Result<Option<String>, Problem> {
    if let Some((code, words)) = password::weakness(password, about) {
        check.note("/password", FieldError::new(String::new(), code, words));
        return Ok(None);
    }
    password::hash(password, effort).map(Some).map_err(Problem::broken)
}

/// Checks that `unit` accounts have a unit, `area` accounts an area, and other roles neither.
pub(super) fn belonging(check: &mut Check, role: Role, unit: Option<UnitId>, area: Option<AreaId>) {
    for (pointer, wanted, given) in [
        ("/unit_id", role == Role::Unit, unit.is_some()),
        ("/area_id", role == Role::Area, area.is_some()),
    ] {
        if wanted && !given {
            let words = Words::new("该角色必须指定。", "Required for this role.");
            check.note(pointer, FieldError::new(String::new(), "required", words));
        } else if given && !wanted {
            let words =
                Words::new("该角色不能指定，请去掉。", "Not allowed for this role; leave it out.");
            check.note(pointer, FieldError::new(String::new(), "not-allowed", words));
        }
    }
}

/// Checks that the unit and the area exist.
pub(super) fn known_belonging(
    conn: &mut crate::store::Conn,
    unit: Option<UnitId>,
    area: Option<AreaId>,
) -> Result<(), Refusal> {
    let mut check = Check::new();
    if let Some(unit) = unit {
        check.known("/unit_id", crate::store::reference::units::find(conn, unit)?);
    }
    if let Some(area) = area {
        check.known("/area_id", crate::store::reference::areas::find(conn, area)?);
    }
    check.done(Some(()))
}

impl UserPatch {
    fn apply(&self, mut user: User, now: Timestamp) -> Result<User, Refusal> {
        let mut check = Check::new();
        if let Some(name) = &self.display_name
            && let Some(name) = check.field("/display_name", Name::parse(name))
        {
            user.display_name = name.into_string();
        }
        user.role = self.role.unwrap_or(user.role);
        user.unit_id = self.unit_id.unwrap_or(user.unit_id);
        user.area_id = self.area_id.unwrap_or(user.area_id);
        if let Some(disabled) = self.disabled {
            user.disabled_at = disabled.then(|| user.disabled_at.unwrap_or(now));
        }
        belonging(&mut check, user.role, user.unit_id, user.area_id);
        check.done(Some(user))
    }
}
