//! Events: who did what to which record, when and from where. One table serves as audit trail,
//! history and change feed.
//!
//! Every write records its event in the same transaction. The columns `sequence`, `previous_hash`
//! and `hash` stay empty until [`crate::store::events::seal`] fills them shortly after the commit.

mod actor;
pub(crate) mod adopt;
mod author;
pub(crate) mod digests;
pub mod feed_id;
pub mod read;
pub mod seal;
pub(crate) mod since;
mod subject;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UserId};
use crate::store::schema::events;
use crate::store::{Conn, Result, StoreError};

pub use crate::domain::event::change::FieldChange;
pub use crate::store::events::author::Author;
pub(crate) use crate::store::events::subject::SubjectState;

/// Fields in which two views of a record differ; all fields if there was no record before.
pub(crate) fn changes<T: Serialize>(before: Option<&T>, after: &T) -> Vec<FieldChange> {
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

    /// Event about an account.
    pub fn of_user(kind: &'static str, user: UserId) -> Self {
        Self::of(kind, "user", user.0, Vec::new())
    }
}

/// Inserts `event`; call it in the transaction of the change it describes, after the change.
pub fn record(conn: &mut Conn, author: &Author, now: Timestamp, event: &Event) -> Result<()> {
    let state = subject::state_of(conn, event.subject_kind, event.subject_id)?;
    record_all(conn, author, now, &[(event, state)])
}

/// Events in one statement; it has 13 values for each, and SQLite takes 32,766.
const EVENTS_AT_ONCE: usize = 500;

/// Inserts events in their order, each with the state in which its change left its record.
pub(crate) fn record_all(
    conn: &mut Conn,
    author: &Author,
    now: Timestamp,
    all: &[(&Event, SubjectState)],
) -> Result<()> {
    for part in all.chunks(EVENTS_AT_ONCE) {
        let rows: Vec<NewRow<'_>> = part
            .iter()
            .map(|(event, state)| new_row(author, now, event, state))
            .collect::<Result<_>>()?;
        let insert = diesel::insert_into(events::table).values(rows);
        match conn {
            Conn::Postgres(c) => insert.execute(c)?,
            Conn::Sqlite(c) => insert.execute(c)?,
        };
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewRow<'a> {
    at: NaiveDateTime,
    actor_kind: &'static str,
    actor_id: Option<i64>,
    actor_name: &'a str,
    kind: &'static str,
    subject_kind: &'static str,
    subject_id: i64,
    project_id: Option<i64>,
    changes: String,
    request_id: &'a str,
    origin: &'a str,
    subject_version: Option<i64>,
    subject_key: Option<String>,
}

fn new_row<'a>(
    author: &'a Author,
    now: Timestamp,
    event: &Event,
    state: &SubjectState,
) -> Result<NewRow<'a>> {
    Ok(NewRow {
        at: now.naive(),
        actor_kind: author.kind,
        actor_id: author.id,
        actor_name: &author.name,
        kind: event.kind,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        project_id: event.project.map(|p| p.0),
        changes: serde_json::to_string(&event.changes).map_err(StoreError::broken)?,
        request_id: &author.request_id,
        origin: &author.origin,
        subject_version: state.version,
        subject_key: state.key.clone(),
    })
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
