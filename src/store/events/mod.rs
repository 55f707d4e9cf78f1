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
pub mod seal;
mod subject;
pub mod verify;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{EventId, ProjectId, SessionId, UserId};
use crate::domain::project::Visibility;
use crate::store::conn::MultiBackend;
use crate::store::schema::{events, project_units, projects};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

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

/// An event as stored.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// Id; increases in the order of recording.
    pub id: EventId,
    /// Instant of the event.
    pub at: Timestamp,
    /// `user`, `system` or `client`.
    pub actor_kind: String,
    /// Id of the actor, if it has one.
    pub actor_id: Option<i64>,
    /// Name of the actor at that time.
    pub actor_name: String,
    /// Kind of event.
    pub kind: String,
    /// Kind of the record that changed.
    pub subject_kind: String,
    /// Id of the record that changed.
    pub subject_id: i64,
    /// Version the event left the record in, if it has versions.
    pub subject_version: Option<i64>,
    /// Month, year or code of a record whose address has it instead of the id.
    pub subject_key: Option<String>,
    /// Project of the record, if it belongs to one.
    pub project_id: Option<ProjectId>,
    /// Changed fields.
    pub changes: Vec<FieldChange>,
    /// Id of the request.
    pub request_id: String,
    /// Network address of the request.
    pub origin: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: i64,
    at: NaiveDateTime,
    actor_kind: String,
    actor_id: Option<i64>,
    actor_name: String,
    kind: String,
    subject_kind: String,
    subject_id: i64,
    subject_version: Option<i64>,
    subject_key: Option<String>,
    project_id: Option<i64>,
    changes: String,
    request_id: String,
    origin: String,
}

impl TryFrom<Row> for RecordedEvent {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: EventId(row.id),
            at: Timestamp::new(row.at),
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            kind: row.kind,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            subject_version: row.subject_version,
            subject_key: row.subject_key,
            project_id: row.project_id.map(ProjectId),
            changes: serde_json::from_str(&row.changes).map_err(StoreError::broken)?,
            request_id: row.request_id,
            origin: row.origin,
        })
    }
}

/// Events of a project and of all records that belong to it, newest first.
pub fn of_project(
    conn: &mut Conn,
    project: ProjectId,
    page: &PageRequest,
) -> Result<Page<RecordedEvent>> {
    let mut query = events::table
        .filter(events::project_id.eq(project.0))
        .select(Row::as_select())
        .into_boxed();
    if let Some(before) = page.after_id()? {
        query = query.filter(events::id.lt(before));
    }
    let rows: Vec<Row> = query.order(events::id.desc()).limit(page.rows_to_fetch()).load(conn)?;
    let own = events::table.filter(events::project_id.eq(project.0));
    let total = page.total(|| own.count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, RecordedEvent::try_from)
}

/// Events of one record, oldest first.
pub fn of_subject(conn: &mut Conn, kind: &str, id: i64) -> Result<Vec<RecordedEvent>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::subject_id.eq(id))
        .order(events::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(RecordedEvent::try_from).collect()
}

/// Events of all records of a kind up to an instant, oldest first.
pub fn of_kind_until(conn: &mut Conn, kind: &str, until: Timestamp) -> Result<Vec<RecordedEvent>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::at.le(until.naive()))
        .order(events::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(RecordedEvent::try_from).collect()
}

/// Filter for sealed events.
#[derive(Clone, Debug)]
pub struct FeedFilter {
    /// Only events after this sequence.
    pub after: i64,
    /// Only events up to this sequence.
    pub until: Option<i64>,
    /// Kinds to include; empty for all.
    pub kinds: Vec<String>,
    /// Only events of this project and its records.
    pub project: Option<ProjectId>,
    /// Projects visible to the reader.
    pub sight: Sight,
    /// True to include events about accounts and sessions.
    pub accounts: bool,
}

/// Record kinds that are accounts or belong to one.
const ACCOUNTS: [&str; 4] = ["user", "session", "client", "webhook"];

type Listed<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::LeftJoin<events::table, projects::table>,
    MultiBackend,
>;

/// Events that the reader may see, of the requested kinds and project.
fn shown(filter: &FeedFilter) -> Listed<'_> {
    let query = events::table.left_join(projects::table).into_boxed();
    let mut query = match filter.sight {
        Sight::All => query,
        Sight::Open => query.filter(
            events::project_id
                .is_null()
                .or(projects::visibility.eq(Visibility::Open.as_str()).assume_not_null()),
        ),
        Sight::Area(area) => query.filter(
            events::project_id.is_null().or(projects::area_id.eq(area.0).assume_not_null()),
        ),
        Sight::Nothing => query.filter(events::project_id.is_null()),
        Sight::Unit(unit) => {
            let own = project_units::table.filter(project_units::unit_id.eq(unit.0));
            let own = own.select(project_units::project_id.nullable());
            query.filter(
                events::project_id.is_null().or(events::project_id.eq_any(own).assume_not_null()),
            )
        }
    };
    if filter.sight != Sight::All {
        // Before confirmation, only the commission may see a roll-over.
        query = query.filter(events::subject_kind.ne("roll_over"));
    }
    if !filter.accounts {
        query = query.filter(events::subject_kind.ne_all(ACCOUNTS));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(events::kind.eq_any(filter.kinds.iter().map(String::as_str)));
    }
    if let Some(project) = filter.project {
        query = query.filter(events::project_id.eq(project.0));
    }
    if let Some(until) = filter.until {
        query = query.filter(events::sequence.le(until));
    }
    query
}

/// A sealed event.
#[derive(Clone, Debug)]
pub struct SealedEvent {
    /// Its number in the feed, without gaps.
    pub sequence: i64,
    /// The event.
    pub event: RecordedEvent,
}

/// Sealed events that the reader may see, in order of sequence; at most `most`.
pub fn feed(conn: &mut Conn, filter: &FeedFilter, most: i64) -> Result<Vec<SealedEvent>> {
    let rows: Vec<(Option<i64>, Row)> = shown(filter)
        .filter(events::sequence.gt(filter.after))
        .order(events::sequence)
        .limit(most)
        .select((events::sequence, Row::as_select()))
        .load(conn)?;
    let sealed = |(sequence, row): (Option<i64>, Row)| {
        Ok(SealedEvent { sequence: sequence.unwrap_or(0), event: row.try_into()? })
    };
    rows.into_iter().map(sealed).collect()
}

/// Events that the reader may see, newest first; only those by `actor` if given, whose name is
/// compared folded.
///
/// Includes events that are not sealed yet, so it ignores `after` of the filter.
pub fn latest(
    conn: &mut Conn,
    filter: &FeedFilter,
    actor: Option<&str>,
    page: &PageRequest,
) -> Result<Page<RecordedEvent>> {
    let names = actor.map(|name| actor::names_like(conn, name)).transpose()?;
    let wanted = || match &names {
        Some(names) => shown(filter).filter(events::actor_name.eq_any(names.clone())),
        None => shown(filter),
    };
    let mut query = wanted();
    if let Some(before) = page.after_id()? {
        query = query.filter(events::id.lt(before));
    }
    let query = query.order(events::id.desc()).limit(page.rows_to_fetch());
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    let total = page.total(|| wanted().count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, RecordedEvent::try_from)
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
