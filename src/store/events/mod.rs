//! Events: who did what to which record, when and from where. One table serves as audit trail,
//! history and change feed.
//!
//! Every write records its event in the same transaction. The columns `sequence`, `previous_hash`
//! and `hash` stay empty until [`crate::store::events::seal`] fills them shortly after the commit.

mod actor;
mod author;
pub mod digests;
pub mod feed_id;
mod limits;
pub mod read;
pub mod seal;
pub mod since;
mod subject;
pub mod verify;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, SessionId, UserId};
use crate::store::schema::events;
use crate::store::{Conn, Result, StoreError};

pub use crate::store::events::author::Author;

/// One changed field of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Field name as in the API.
    pub field: String,
    /// Previous value; null if there was none.
    pub before: Value,
    /// New value.
    pub after: Value,
}

impl FieldChange {
    /// Text entered together with a change, such as its reason.
    pub fn said(field: &str, words: &str) -> Self {
        Self { field: field.to_owned(), before: Value::Null, after: words.into() }
    }
}

// Transition: the earlier names, until no other noun uses them.

/// Fields in which two views of a record differ; all fields if there was no record before.
pub fn changes<T: Serialize>(before: Option<&T>, after: &T) -> Vec<FieldChange> {
    let fields = |view: Option<&T>| match view.map(serde_json::to_value) {
        Some(Ok(Value::Object(map))) => map,
        Some(_) | None => serde_json::Map::new(),
    };
    let mut old = fields(before);
    let mut found: Vec<FieldChange> = fields(Some(after))
        .into_iter()
        .map(|(field, after)| {
            let before = old.remove(&field).unwrap_or(Value::Null);
            FieldChange { field, before, after }
        })
        .collect();
    let gone =
        old.into_iter().map(|(field, before)| FieldChange { field, before, after: Value::Null });
    found.extend(gone);
    found.retain(|c| c.before != c.after && c.field != "version");
    found
}

/// Event to be recorded.
#[derive(Clone, Debug)]
pub struct Event {
    /// Kind of event, such as `project.created`.
    pub kind: &'static str,
    /// Kind of the record that changed.
    pub subject_kind: &'static str,
    /// Id of the record that changed.
    pub subject_id: i64,
    /// Project of the record, if it belongs to one.
    pub project: Option<ProjectId>,
    /// Changed fields.
    pub changes: Vec<FieldChange>,
}

impl Event {
    /// Event about a project, or about a record that belongs to one.
    pub fn of_project(
        kind: &'static str,
        subject_kind: &'static str,
        subject_id: i64,
        project: ProjectId,
        changes: Vec<FieldChange>,
    ) -> Self {
        Self { kind, subject_kind, subject_id, project: Some(project), changes }
    }

    /// Event about a record that belongs to no project.
    pub fn of(
        kind: &'static str,
        subject_kind: &'static str,
        subject_id: i64,
        changes: Vec<FieldChange>,
    ) -> Self {
        Self { kind, subject_kind, subject_id, project: None, changes }
    }

    /// Event about a session.
    pub fn of_session(kind: &'static str, session: SessionId) -> Self {
        Self::of(kind, "session", session.0, Vec::new())
    }

    /// Event about an account.
    pub fn of_user(kind: &'static str, user: UserId) -> Self {
        Self::of(kind, "user", user.0, Vec::new())
    }
}

/// Inserts `event`; call it in the transaction of the change it describes, after the change.
pub fn record(conn: &mut Conn, author: &Author, now: Timestamp, event: &Event) -> Result<()> {
    let changes = serde_json::to_string(&event.changes).map_err(StoreError::broken)?;
    let subject = subject::state_of(conn, event.subject_kind, event.subject_id)?;
    diesel::insert_into(events::table)
        .values((
            events::at.eq(now.naive()),
            events::actor_kind.eq(author.kind),
            events::actor_id.eq(author.id),
            events::actor_name.eq(&author.name),
            events::kind.eq(event.kind),
            events::subject_kind.eq(event.subject_kind),
            events::subject_id.eq(event.subject_id),
            events::project_id.eq(event.project.map(|p| p.0)),
            events::changes.eq(changes),
            events::request_id.eq(&author.request_id),
            events::origin.eq(&author.origin),
            events::subject_version.eq(subject.version),
            events::subject_key.eq(subject.key),
        ))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::changes;

    #[test]
    fn only_what_differs_is_a_change() {
        let before = json!({"name": "a", "stage": "planned", "version": 1});
        let after = json!({"name": "a", "stage": "construction", "version": 2, "code": "x"});

        let found = serde_json::to_value(changes(Some(&before), &after)).unwrap();

        assert_eq!(
            found,
            json!([
                {"field": "code", "before": null, "after": "x"},
                {"field": "stage", "before": "planned", "after": "construction"},
            ])
        );
    }
}
