//! Reading events: histories and the change feed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{EventId, ProjectId};
use crate::domain::project::Visibility;
use crate::store::conn::MultiBackend;
use crate::store::events::{FieldChange, actor};
use crate::store::schema::{events, project_units, projects};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

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
        .filter(events::project_id.eq(project.0).and(events::refused.eq(false)))
        .select(Row::as_select())
        .into_boxed();
    if let Some(before) = page.after_id()? {
        query = query.filter(events::id.lt(before));
    }
    let rows: Vec<Row> = query.order(events::id.desc()).limit(page.rows_to_fetch()).load(conn)?;
    let own = events::table.filter(events::project_id.eq(project.0).and(events::refused.eq(false)));
    let total = page.total(|| own.count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, RecordedEvent::try_from)
}

/// Events of one record, oldest first.
pub fn of_subject(conn: &mut Conn, kind: &str, id: i64) -> Result<Vec<RecordedEvent>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::subject_id.eq(id).and(events::refused.eq(false)))
        .order(events::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(RecordedEvent::try_from).collect()
}

/// Events of all records of a kind up to an instant, oldest first.
pub fn of_kind_until(conn: &mut Conn, kind: &str, until: Timestamp) -> Result<Vec<RecordedEvent>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::at.le(until.naive()).and(events::refused.eq(false)))
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
const ACCOUNTS: [&str; 7] =
    ["user", "session", "client", "webhook", "proposal", "register", "access_day"];

type Listed<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::LeftJoin<events::table, projects::table>,
    MultiBackend,
>;

/// Events that the reader may see, of the requested kinds and project.
fn shown(filter: &FeedFilter) -> Listed<'_> {
    let query =
        events::table.left_join(projects::table).into_boxed().filter(events::refused.eq(false));
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
        // Before confirmation, only the commission may see a roll-over. An import counts the rows of
        // projects that the reader may not see.
        query = query.filter(events::subject_kind.ne_all(["roll_over", "import"]));
    }
    if !filter.accounts {
        query = query.filter(events::subject_kind.ne_all(ACCOUNTS));
    }
    if filter.kinds.is_empty() {
        // One for each row of the register: only for those who ask for them.
        query = query.filter(events::subject_kind.ne("register"));
    } else {
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
