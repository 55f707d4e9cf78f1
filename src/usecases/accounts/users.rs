//! Accounts of people: listed, created, changed, given a new password.

use crate::domain::account::access::Role;
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, UnitId, UserId};
use crate::domain::text::{Name, Username};
use crate::domain::words::Words;
use crate::store::accounts::recorded::RecordedUser;
use crate::store::accounts::users::{NewUser, User, UserFilter};
use crate::store::accounts::{passwords, sessions, users};
use crate::store::events::{self, Event, changes};
use crate::store::reference::{areas, units};
use crate::store::{Conn, PageRequest};
use crate::usecases::accounts::password::{self, Effort};
use crate::usecases::accounts::password_check::PasswordCheck;
use crate::usecases::accounts::user_view::{PasswordReset, UserForm, UserInput, UserView};
use crate::usecases::answer::PageView;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Accounts of people that `filter` admits, by user name.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: &UserFilter,
    page: &PageRequest,
) -> Result<PageView<UserView>, Refusal> {
    Ok(PageView::of(users::list(ask.conn, filter, page)?, UserView::from))
}

/// One account of a person.
///
/// # Errors
/// Not found, also for the account of a machine client.
pub(crate) fn get(ask: &mut Ask<'_>, id: UserId) -> Result<UserView, Refusal> {
    Ok(users::person(ask.conn, id)?.into())
}

/// Validates `input` and hashes its password. Takes a tenth of a second of a processor: call it on
/// a blocking thread, outside of a transaction.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn prepare(
    input: &UserInput,
    against: &PasswordCheck,
    effort: Effort,
) -> Result<NewUser, Refusal> {
    let mut check = Check::new();
    let username = check.field("/username", Username::parse(&input.username));
    let display_name = check.field("/display_name", Name::parse(&input.display_name));
    check_affiliation(&mut check, input.role, input.unit_id, input.area_id);
    let about = [input.username.as_str(), input.display_name.as_str()];
    let fault = against.fault(&input.password, &about);
    let hash = hashed(&mut check, &input.password, fault, effort)?;
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

/// The hash of a password, unless it has a fault.
fn hashed(
    check: &mut Check,
    password: &str,
    fault: Option<FieldError>,
    effort: Effort,
) -> Result<Option<String>, Refusal> {
    if let Some(fault) = fault {
        check.note("/password", fault);
        return Ok(None);
    }
    password::hash(password, effort).map(Some).map_err(Refusal::broken)
}

/// Checks that `unit` accounts have a unit, `area` accounts an area, and other roles neither.
pub(super) fn check_affiliation(
    check: &mut Check,
    role: Role,
    unit: Option<UnitId>,
    area: Option<AreaId>,
) {
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
pub(super) fn must_exist(
    conn: &mut Conn,
    unit: Option<UnitId>,
    area: Option<AreaId>,
) -> Result<(), Refusal> {
    let mut check = Check::new();
    if let Some(unit) = unit {
        check.known("/unit_id", units::find(conn, unit)?);
    }
    if let Some(area) = area {
        check.known("/area_id", areas::find(conn, area)?);
    }
    check.done(Some(()))
}

/// An account that was decided on and is to be created.
pub(crate) struct UserCreation {
    pub(super) new: NewUser,
    pub(super) stamp: Stamp,
}

/// Creates an account from what [`prepare`] made.
///
/// # Errors
/// Invalid when unit or area do not exist.
pub(crate) fn decide_creation(ask: &mut Ask<'_>, new: &NewUser) -> Result<UserCreation, Refusal> {
    must_exist(ask.conn, new.unit_id, new.area_id)?;
    Ok(UserCreation { new: new.clone(), stamp: ask.stamp() })
}

/// Saves a new account and records the event.
///
/// # Errors
/// A conflict when the user name is in use.
pub(crate) fn create(conn: &mut Conn, creation: UserCreation) -> Result<UserView, Refusal> {
    let UserCreation { new, stamp } = creation;
    let user = users::insert(conn, &new, stamp.now.instant)?;
    let changes = changes(None, &RecordedUser::from(&user));
    let event = Event::of("user.created", "user", user.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(user.into())
}

/// An account that was decided on and is to be saved.
pub(crate) struct UserChange {
    pub(super) before: User,
    pub(super) user: User,
    pub(super) stamp: Stamp,
}

/// Changes an account, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field; forbidden when the caller changes its own role.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: UserId,
    version: impl Into<Expected>,
    patch: &Patch<UserForm>,
) -> Result<UserChange, Refusal> {
    let before = users::person(ask.conn, id)?;
    let form = patch.merged(&UserForm::from(&before))?;
    let mut check = Check::new();
    let display_name = form.display_name.as_deref().unwrap_or(&before.display_name);
    let name = check.field("/display_name", Name::parse(display_name));
    check_affiliation(&mut check, form.role, form.unit_id, form.area_id);
    let display_name = check.done(name)?.into_string();
    must_exist(ask.conn, form.unit_id, form.area_id)?;
    let version = version.into().of(before.version);
    let UserForm { role, unit_id, area_id, disabled, .. } = form;
    if role != before.role && before.id == ask.caller.user.id {
        return Err(own_role());
    }
    let disabled = disabled.unwrap_or(before.disabled_at.is_some());
    let disabled_at = disabled.then(|| before.disabled_at.unwrap_or(ask.now.instant));
    let user =
        User { display_name, role, unit_id, area_id, disabled_at, version, ..before.clone() };
    Ok(UserChange { before, user, stamp: ask.stamp() })
}

/// Nobody gives rights to themselves: two persons are always involved.
fn own_role() -> Refusal {
    let words = Words::new(
        "不能修改自己的角色；请由另一位管理员办理。",
        "You cannot change your own role. Ask another administrator.",
    );
    Refusal::new(RefusalKind::Forbidden, "own-role", words)
}

/// Saves a changed account, ends its sessions when it is disabled, and records the event.
///
/// # Errors
/// Stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: UserChange) -> Result<UserView, Refusal> {
    let UserChange { before, user, stamp } = change;
    let after = users::save(conn, &user)?;
    if after.disabled_at.is_some() {
        sessions::end_all(conn, after.id, None, stamp.now.instant, "account disabled")?;
    }
    let changes = changes(Some(&RecordedUser::from(&before)), &RecordedUser::from(&after));
    let event = Event::of("user.updated", "user", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}

/// Hashes a new password for `user`. Slow, as [`prepare`] is.
///
/// # Errors
/// Invalid when the password is weak or was used before.
pub(crate) fn prepare_reset(
    user: &UserView,
    reset: &PasswordReset,
    against: &PasswordCheck,
    effort: Effort,
) -> Result<String, Refusal> {
    let mut check = Check::new();
    let about = [user.username.as_str(), user.display_name.as_str()];
    let fault = against.fault(&reset.password, &about);
    let hash = hashed(&mut check, &reset.password, fault, effort)?;
    check.done(hash)
}

/// A password hash that is to be stored.
pub(crate) struct PasswordResetChange {
    user: UserId,
    hash: String,
    stamp: Stamp,
}

/// Sets the password of an account to what [`prepare_reset`] made.
///
/// # Errors
/// Not found.
pub(crate) fn decide_reset(
    ask: &mut Ask<'_>,
    id: UserId,
    hash: &str,
) -> Result<PasswordResetChange, Refusal> {
    let user = users::person(ask.conn, id)?.id;
    Ok(PasswordResetChange { user, hash: hash.to_owned(), stamp: ask.stamp() })
}

/// Saves a password, ends all sessions of the account, and records the event.
///
/// # Errors
/// The database's.
pub(crate) fn save_reset(
    conn: &mut Conn,
    change: PasswordResetChange,
) -> Result<UserView, Refusal> {
    let PasswordResetChange { user, hash, stamp } = change;
    passwords::set(conn, user, &hash, true)?;
    sessions::end_all(conn, user, None, stamp.now.instant, "password reset")?;
    let event = Event::of_user("user.password_reset", user);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(users::get(conn, user)?.into())
}
