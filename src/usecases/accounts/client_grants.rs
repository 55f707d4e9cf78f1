//! Machine clients with the roles commission and auditor: what gives them access waits for a second
//! person.

use serde_json::{Map, Value, json};

use crate::domain::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::domain::proposal::{ProposalKind, ProposalRefusal};
use crate::store::accounts::clients as store;
use crate::store::accounts::clients::{Client, NewClient};
use crate::store::accounts::recorded::RecordedClient;
use crate::store::events::{FieldChange, changes};
use crate::store::proposals::{NewProposal, Proposal};
use crate::store::{Conn, StoreError};
use crate::usecases::accounts::client_view::{ClientForm, ClientInput, ClientView};
use crate::usecases::accounts::clients::{self, ClientChange, ClientCreation, NewSecret};
use crate::usecases::ask::Ask;
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::{Decided, Saved, Waiting};

/// Creates a machine client with its first secret, or proposes it if its role needs a second person.
/// The approval creates it without a secret, so that none is known before.
///
/// # Errors
/// As [`clients::decide_creation`]; a conflict when the name is in use.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    input: &ClientInput,
    secret: &NewSecret,
) -> Result<Decided<ClientCreation>, Refusal> {
    let creation = clients::decide_creation(ask, input, Some(secret))?;
    if !input.role.needs_second_person() {
        return Ok(Decided::Now(creation));
    }
    if store::has_name(ask.conn, &creation.new.name)? {
        return Err(StoreError::Taken("clients.name".to_owned()).into());
    }
    let stamp = ask.stamp();
    let new = NewProposal {
        kind: ProposalKind::ClientCreation,
        subject_kind: "client",
        subject_id: None,
        subject_version: None,
        input: serde_json::to_string(input).map_err(Refusal::broken)?,
        effects: effects(&creation.new),
        proposed_by: ask.caller.user.id,
        proposed_at: stamp.now.instant,
    };
    Ok(Decided::Waits(Box::new(Waiting { new, stamp })))
}

/// The fields of a new client, as shown to those who decide.
fn effects(new: &NewClient) -> Vec<FieldChange> {
    let shown = [
        ("name", json!(new.name)),
        ("role", json!(new.user.role)),
        ("scopes", json!(new.scopes)),
        ("expires_at", json!(new.expires_at)),
    ];
    let effect = |(field, after): (&str, Value)| FieldChange {
        field: field.to_owned(),
        before: Value::Null,
        after,
    };
    shown.into_iter().filter(|(_, after)| !after.is_null()).map(effect).collect()
}

/// Changes a machine client, or proposes the change if it gives more to one whose role needs a
/// second person.
///
/// # Errors
/// As [`clients::decide_update`]; stale when somebody else changed the client.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: ClientId,
    version: impl Into<Expected>,
    patch: &Patch<ClientForm>,
) -> Result<Decided<ClientChange>, Refusal> {
    let change = clients::decide_update(ask, id, version, patch)?;
    let ClientChange { before, secrets, client, stamp } = &change;
    if !grants(before, client, ask.now.instant) {
        return Ok(Decided::Now(change));
    }
    if client.version != before.version {
        return Err(Refusal::stale());
    }
    let old = RecordedClient::of(before, secrets);
    let shown = RecordedClient::of(client, secrets);
    let new = NewProposal {
        kind: ProposalKind::ClientChange,
        subject_kind: "client",
        subject_id: Some(before.id.0),
        subject_version: Some(before.version),
        input: changed_fields(before, client)?,
        effects: changes(Some(&old), &shown),
        proposed_by: ask.caller.user.id,
        proposed_at: stamp.now.instant,
    };
    let stamp = stamp.clone();
    Ok(Decided::Waits(Box::new(Waiting { new, stamp })))
}

/// True if the client can use a role that needs a second person for more than before.
fn grants(before: &Client, after: &Client, now: Timestamp) -> bool {
    let more_scopes = after.scopes.iter().any(|scope| !before.scopes.contains(scope));
    let usable_again = !before.is_good(now) && after.is_good(now);
    let longer = match (before.expires_at, after.expires_at) {
        (Some(before), Some(after)) => after > before,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let more = more_scopes || usable_again || (longer && after.is_good(now));
    after.user.role.needs_second_person() && more
}

/// The fields in which a client was changed, as a patch in JSON.
fn changed_fields(before: &Client, after: &Client) -> Result<String, Refusal> {
    let fields = |client: &Client| match serde_json::to_value(ClientForm::from(client)) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::broken("a form is an object")),
        Err(e) => Err(Refusal::broken(e)),
    };
    let old = fields(before)?;
    let mut new: Map<String, Value> = fields(after)?;
    new.retain(|name, value| old.get(name) != Some(value));
    serde_json::to_string(&new).map_err(Refusal::broken)
}

/// Saves a new machine client, or the proposal of it.
///
/// # Errors
/// As [`clients::create`].
pub(crate) fn create(
    conn: &mut Conn,
    decided: Decided<ClientCreation>,
) -> Result<Saved<ClientView>, Refusal> {
    decided.save(conn, clients::create)
}

/// Saves a changed machine client, or the proposal of the change.
///
/// # Errors
/// As [`clients::save`].
pub(crate) fn save(
    conn: &mut Conn,
    decided: Decided<ClientChange>,
) -> Result<Saved<ClientView>, Refusal> {
    decided.save(conn, clients::save)
}

/// Decides on the stored request for a new client anew, with all rules as of now.
///
/// # Errors
/// `proposal-stale` when the name is in use now.
pub(crate) fn decide_granted_creation(
    ask: &mut Ask<'_>,
    proposal: &Proposal,
) -> Result<ClientCreation, Refusal> {
    let input: ClientInput = serde_json::from_str(&proposal.input).map_err(Refusal::broken)?;
    let creation = clients::decide_creation(ask, &input, None)?;
    if store::has_name(ask.conn, &creation.new.name)? {
        return Err(ProposalRefusal::Stale.into());
    }
    Ok(creation)
}

/// Decides on the stored change of a client anew, with all rules as of now.
///
/// # Errors
/// `proposal-stale` when the client has changed.
pub(crate) fn decide_granted_change(
    ask: &mut Ask<'_>,
    proposal: &Proposal,
) -> Result<ClientChange, Refusal> {
    let patch: Patch<ClientForm> =
        serde_json::from_str(&proposal.input).map_err(Refusal::broken)?;
    let subject = proposal.subject_id.zip(proposal.subject_version);
    let (id, version) = subject.ok_or_else(|| Refusal::broken("a change of no client"))?;
    let change = clients::decide_update(ask, ClientId(id), version, &patch)?;
    if change.before.version == version { Ok(change) } else { Err(ProposalRefusal::Stale.into()) }
}
