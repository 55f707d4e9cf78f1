//! Accounts: `/users`. Only administrators manage them; administrators see no business data.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::account::access::Role;
use crate::domain::id::UserId;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::http::waiting::{Accepted, OrWaiting};
use crate::routes;
use crate::store::PageRequest;
use crate::store::accounts::users::UserFilter;
use crate::usecases::accounts::grants;
use crate::usecases::accounts::password_check::PasswordCheck;
use crate::usecases::accounts::user_view::{PasswordReset, UserForm, UserInput, UserView};
use crate::usecases::accounts::users;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::patch::Patch;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::waiting::{ProposalView, Saved};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["users"; list_users, create_user, get_user, update_user, reset_password]
}

/// Path parameters of one account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UserPath {
    /// The account's id.
    pub user_id: UserId,
}

/// Filters for the list of accounts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserFilterQuery {
    /// Only accounts with one of these roles.
    #[serde(default)]
    pub role: Vec<Role>,
    /// True for disabled accounts only, false for enabled accounts only.
    #[param(nullable = false)]
    pub disabled: Option<bool>,
    /// Only accounts whose user name or display name contains this text; case, width and form of
    /// letters do not matter.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
}

/// Paging parameters without filters.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

impl From<UserFilterQuery> for UserFilter {
    fn from(UserFilterQuery { role, disabled, q }: UserFilterQuery) -> Self {
        Self { roles: role, disabled, q }
    }
}

/// List accounts
///
/// Accounts of people, ordered by user name, in pages. For machine clients see `GET /clients`.
#[utoipa::path(get, path = "/users")]
async fn list_users(
    who: Permit<KeepAccounts>,
    Query(QueryPair(filter, page)): Query<QueryPair<UserFilterQuery, UserQuery>>,
) -> Result<Rows<PageView<UserView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    let filter = filter.into();
    who.rows(page, move |ask, page| users::list(ask, &filter, page)).await
}

/// Create an account
///
/// The account must change the initial password at its first log-in. An account with the role `commission`, `auditor` or
/// `admin` waits for a second administrator: the answer is then 202 with the proposal, see `POST /proposals/{proposal_id}/approval`.
#[utoipa::path(
    post, path = "/users",
    responses((status = 409, description = "The user name is already in use.")),
)]
async fn create_user(
    who: Permit<KeepAccounts>,
    Body(input): Body<UserInput>,
    once: Once,
) -> Result<Stored<OrWaiting<Created<UserView>, ProposalView>>, Problem> {
    let effort = who.app.config.password_effort();
    let check = who.ask(|ask| PasswordCheck::load(ask, None)).await?;
    let new = who.hash(move || users::prepare(&input, &check, effort)).await?;
    once.change(&who, move |ask| grants::decide_creation(ask, &new), grants::create, created).await
}

fn created(saved: Saved<UserView>) -> OrWaiting<Created<UserView>, ProposalView> {
    match saved {
        Saved::Done(view) => {
            OrWaiting::Done(Created { location: format!("/users/{}", view.id), view })
        }
        Saved::Waits(view) => OrWaiting::Waits(waits(*view)),
    }
}

/// The reply that says what a request waits in.
pub(super) fn waits(view: ProposalView) -> Accepted<ProposalView> {
    Accepted { location: format!("/proposals/{}", view.id), view }
}

/// Show an account
///
/// Returns one account. Accounts of machine clients are not found here; see
/// `GET /clients/{client_id}`.
#[utoipa::path(get, path = "/users/{user_id}")]
async fn get_user(
    who: Permit<KeepAccounts>,
    Path(path): Path<UserPath>,
    _etag: Conditional,
) -> Result<Tagged<UserView>, Problem> {
    who.ask(move |ask| users::get(ask, path.user_id)).await.map(Tagged)
}

/// Change an account
///
/// Absent fields are left unchanged. Nobody changes their own role. A change of role and disabling take effect immediately;
/// disabling also ends the account's sessions.
///
/// A change that gives the role `commission`, `auditor` or `admin`, or lets an account log in with it again, waits for a
/// second administrator, with everything else of the request: the answer is then 202 with the proposal.
#[utoipa::path(patch, path = "/users/{user_id}")]
async fn update_user(
    who: Permit<KeepAccounts>,
    Path(path): Path<UserPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<UserForm>>,
) -> Result<OrWaiting<Tagged<UserView>, ProposalView>, Problem> {
    let decide = move |ask: &mut Ask<'_>| grants::decide_update(ask, path.user_id, version, &patch);
    Ok(match who.change(decide, grants::save).await? {
        Saved::Done(view) => OrWaiting::Done(Tagged(view)),
        Saved::Waits(view) => OrWaiting::Waits(waits(*view)),
    })
}

/// Reset an account's password
///
/// Sets a new password for an account whose password was forgotten. Ends all its sessions; the
/// account must change the password at its next log-in.
#[utoipa::path(put, path = "/users/{user_id}/password")]
async fn reset_password(
    who: Permit<KeepAccounts>,
    Path(path): Path<UserPath>,
    Body(reset): Body<PasswordReset>,
) -> Result<Tagged<UserView>, Problem> {
    reset_to(&who, path.user_id, reset).await.map(Tagged)
}

/// Sets the password of an account; hashes it between reading and writing.
///
/// # Errors
/// Not found; invalid when the password is weak or was used before.
pub(crate) async fn reset_to(
    who: &Permit<KeepAccounts>,
    id: UserId,
    reset: PasswordReset,
) -> Result<UserView, Problem> {
    let user = who.ask(move |ask| users::get(ask, id)).await?;
    let check = who.ask(move |ask| PasswordCheck::load(ask, Some(id))).await?;
    let effort = who.app.config.password_effort();
    let hash = who.hash(move || users::prepare_reset(&user, &reset, &check, effort)).await?;
    who.change(move |ask| users::decide_reset(ask, id, &hash), users::save_reset).await
}
