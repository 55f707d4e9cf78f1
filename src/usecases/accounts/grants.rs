//! Grants of the roles commission, auditor and administrator, which wait for a second person.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::account::access::Role;
use crate::domain::id::UserId;
use crate::domain::proposal::{ProposalKind, ProposalRefusal};
use crate::store::accounts::recorded::RecordedUser;
use crate::store::accounts::users as accounts;
use crate::store::accounts::users::{NewUser, User};
use crate::store::events::{FieldChange, changes};
use crate::store::proposals::{NewProposal, Proposal};
use crate::store::{Conn, StoreError};
use crate::usecases::accounts::client_grants;
use crate::usecases::accounts::clients::{self, ClientChange, ClientCreation};
use crate::usecases::accounts::user_view::{UserForm, UserView};
use crate::usecases::accounts::users::{self, UserChange, UserCreation};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::patch::Patch;
use crate::usecases::personal_data::{self, Erasure};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::{Decided, Saved, Waiting};

/// A new account as its proposal stores it. These roles have neither unit nor area.
#[derive(Debug, Serialize, Deserialize)]
struct StoredCreation {
    username: String,
    display_name: String,
    role: Role,
    password_hash: String,
}

/// A changed account as its proposal stores it.
#[derive(Debug, Serialize, Deserialize)]
struct StoredChange {
    display_name: String,
    role: Role,
    disabled: bool,
}

/// Creates an account, or proposes it if its role needs a second person.
///
/// # Errors
/// As [`users::decide_creation`]; a conflict when the user name is in use.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    new: &NewUser,
) -> Result<Decided<UserCreation>, Refusal> {
    let creation = users::decide_creation(ask, new)?;
    if !new.role.needs_second_person() {
        return Ok(Decided::Now(creation));
    }
    if accounts::find_by_name(ask.conn, &new.username)?.is_some() {
        return Err(StoreError::Taken("users.username".to_owned()).into());
    }
    let stored = StoredCreation {
        username: new.username.clone(),
        display_name: new.display_name.clone(),
        role: new.role,
        password_hash: new.password_hash.clone(),
    };
    let shown = [
        ("username", json!(new.username)),
        ("display_name", json!(new.display_name)),
        ("role", json!(new.role)),
    ];
    let effect = |(field, after): (&str, Value)| FieldChange {
        field: field.to_owned(),
        before: Value::Null,
        after,
    };
    let stamp = ask.stamp();
    let new = NewProposal {
        kind: ProposalKind::UserCreation,
        subject_kind: "user",
        subject_id: None,
        subject_version: None,
        input: serde_json::to_string(&stored).map_err(Refusal::broken)?,
        effects: shown.map(effect).to_vec(),
        proposed_by: ask.caller.user.id,
        proposed_at: stamp.now.instant,
    };
    Ok(Decided::Waits(Box::new(Waiting { new, stamp })))
}

/// Changes an account, or proposes the change if it grants a role that needs a second person.
///
/// # Errors
/// As [`users::decide_update`]; stale when somebody else changed the account.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: UserId,
    version: impl Into<Expected>,
    patch: &Patch<UserForm>,
) -> Result<Decided<UserChange>, Refusal> {
    let change = users::decide_update(ask, id, version, patch)?;
    let UserChange { before, user, stamp } = &change;
    if !grants(before, user) {
        return Ok(Decided::Now(change));
    }
    if user.version != before.version {
        return Err(Refusal::stale());
    }
    let stored = StoredChange {
        display_name: user.display_name.clone(),
        role: user.role,
        disabled: user.disabled_at.is_some(),
    };
    let new = NewProposal {
        kind: ProposalKind::UserChange,
        subject_kind: "user",
        subject_id: Some(before.id.0),
        subject_version: Some(before.version),
        input: serde_json::to_string(&stored).map_err(Refusal::broken)?,
        effects: changes(Some(&RecordedUser::from(before)), &RecordedUser::from(user)),
        proposed_by: ask.caller.user.id,
        proposed_at: stamp.now.instant,
    };
    let stamp: Stamp = stamp.clone();
    Ok(Decided::Waits(Box::new(Waiting { new, stamp })))
}

/// True if the account can use a role that needs a second person, and could not before.
fn grants(before: &User, after: &User) -> bool {
    let usable = after.role.needs_second_person() && after.disabled_at.is_none();
    usable && (after.role != before.role || before.disabled_at.is_some())
}

/// Saves a new account, or the proposal of it.
///
/// # Errors
/// As [`users::create`].
pub(crate) fn create(
    conn: &mut Conn,
    decided: Decided<UserCreation>,
) -> Result<Saved<UserView>, Refusal> {
    decided.save(conn, users::create)
}

/// Saves a changed account, or the proposal of the change.
///
/// # Errors
/// As [`users::save`].
pub(crate) fn save(
    conn: &mut Conn,
    decided: Decided<UserChange>,
) -> Result<Saved<UserView>, Refusal> {
    decided.save(conn, users::save)
}

/// What was approved and is to be saved.
pub(crate) enum Grant {
    /// A new account.
    Creation(Box<UserCreation>),
    /// A changed account.
    Change(Box<UserChange>),
    /// A new machine client.
    ClientCreation(Box<ClientCreation>),
    /// A changed machine client.
    ClientChange(Box<ClientChange>),
    /// Personal data that is erased.
    Erasure(Box<Erasure>),
}

/// Decides on the stored request of `proposal` anew, with all rules as of now.
///
/// # Errors
/// `proposal-stale` when what it is about has changed, or the name is in use now.
pub(crate) fn decide_granted(ask: &mut Ask<'_>, proposal: &Proposal) -> Result<Grant, Refusal> {
    Ok(match proposal.kind {
        ProposalKind::UserCreation => Grant::Creation(Box::new(granted_creation(ask, proposal)?)),
        ProposalKind::UserChange => Grant::Change(Box::new(granted_change(ask, proposal)?)),
        ProposalKind::ClientCreation => {
            let creation = client_grants::decide_granted_creation(ask, proposal)?;
            Grant::ClientCreation(Box::new(creation))
        }
        ProposalKind::ClientChange => {
            let change = client_grants::decide_granted_change(ask, proposal)?;
            Grant::ClientChange(Box::new(change))
        }
        ProposalKind::PersonalDataErasure => {
            Grant::Erasure(Box::new(personal_data::decide_granted(ask, proposal)?))
        }
    })
}

fn granted_creation(ask: &mut Ask<'_>, proposal: &Proposal) -> Result<UserCreation, Refusal> {
    let stored: StoredCreation = read(&proposal.input)?;
    if accounts::find_by_name(ask.conn, &stored.username)?.is_some() {
        return Err(ProposalRefusal::Stale.into());
    }
    let new = NewUser {
        username: stored.username,
        display_name: stored.display_name,
        role: stored.role,
        unit_id: None,
        area_id: None,
        password_hash: stored.password_hash,
        must_change_password: true,
    };
    users::decide_creation(ask, &new)
}

fn granted_change(ask: &mut Ask<'_>, proposal: &Proposal) -> Result<UserChange, Refusal> {
    let StoredChange { display_name, role, disabled } = read(&proposal.input)?;
    let subject = proposal.subject_id.zip(proposal.subject_version);
    let (id, version) = subject.ok_or_else(|| Refusal::broken("a change of nobody"))?;
    if accounts::person(ask.conn, UserId(id))?.version != version {
        return Err(ProposalRefusal::Stale.into());
    }
    let fields = json!({
        "display_name": display_name, "role": role, "disabled": disabled,
        "unit_id": null, "area_id": null,
    });
    let patch: Patch<UserForm> = serde_json::from_value(fields).map_err(Refusal::broken)?;
    users::decide_update(ask, UserId(id), version, &patch)
}

fn read<T: serde::de::DeserializeOwned>(input: &str) -> Result<T, Refusal> {
    serde_json::from_str(input).map_err(Refusal::broken)
}

/// Saves what was approved and records its event. Returns the id of the account or client; `None` if
/// it is about none.
///
/// # Errors
/// Those of the use case that saves it.
pub(crate) fn save_granted(conn: &mut Conn, grant: Grant) -> Result<Option<i64>, Refusal> {
    Ok(Some(match grant {
        Grant::Creation(creation) => users::create(conn, *creation)?.id.0,
        Grant::Change(change) => users::save(conn, *change)?.id.0,
        Grant::ClientCreation(creation) => clients::create(conn, *creation)?.id.0,
        Grant::ClientChange(change) => clients::save(conn, *change)?.id.0,
        Grant::Erasure(erasure) => return personal_data::save(conn, *erasure),
    }))
}
