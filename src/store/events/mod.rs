//! Who did what to which thing, when and from where: audit trail, history and feed in one table.
//!
//! Every write records its event in its own transaction. The columns `sequence`, `previous_hash`
//! and `hash` stay empty until [`crate::store::events::seal`] has sealed it, a moment later.

pub mod digests;
pub mod seal;
pub mod verify;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, EventId, ProjectId, SessionId, UserId};
use crate::domain::project::Visibility;
use crate::store::conn::MultiBackend;
use crate::store::schema::{events, project_units, projects};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Who acts.
#[derive(Clone, Debug)]
pub struct Author {
    kind: &'static str,
    id: Option<i64>,
    account: Option<UserId>,
    name: String,
    request_id: String,
    origin: String,
}

impl Author {
    /// An account, by a request from a network address.
    pub fn user(id: UserId, name: &str, request_id: String, origin: String) -> Self {
        let account = Some(id);
        Self { kind: "user", id: Some(id.0), account, name: name.to_owned(), request_id, origin }
    }

    /// A machine client that acts through `account`: as this author, whose request it is.
    #[must_use]
    pub fn as_client(self, id: ClientId, name: &str) -> Self {
        Self { kind: "client", id: Some(id.0), name: name.to_owned(), ..self }
    }

    /// The program itself, such as when it seeds.
    pub fn system(name: &str) -> Self {
        let (request_id, origin) = (String::new(), String::new());
        let name = name.to_owned();
        Self { kind: "system", id: None, account: None, name, request_id, origin }
    }

    /// The account that acts, if one does; a machine client acts through its own.
    pub fn user_id(&self) -> Option<UserId> {
        self.account
    }
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name in the API.
    pub field: String,
    /// What it was; null when there was nothing.
    pub before: Value,
    /// What it is now.
    pub after: Value,
}

impl Change {
    /// Something that was said with the change, such as its reason.
    pub fn said(field: &str, words: &str) -> Self {
        Self { field: field.to_owned(), before: Value::Null, after: words.into() }
    }
}

/// The fields in which two views of one thing differ; everything, when there was none before.
pub fn changes<T: Serialize>(before: Option<&T>, after: &T) -> Vec<Change> {
    let fields = |view: Option<&T>| match view.map(serde_json::to_value) {
        Some(Ok(Value::Object(map))) => map,
        Some(_) | None => serde_json::Map::new(),
    };
    let (mut old, new) = (fields(before), fields(Some(after)));
    let mut found: Vec<Change> = new
        .into_iter()
        .map(|(field, after)| {
            let before = old.remove(&field).unwrap_or(Value::Null);
            Change { field, before, after }
        })
        .collect();
    let gone = old.into_iter().map(|(field, before)| Change { field, before, after: Value::Null });
    found.extend(gone);
    found.retain(|c| c.before != c.after && c.field != "version");
    found
}

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Event {
    /// What was done, such as `project.created`.
    pub kind: &'static str,
    /// What sort of thing it was done to.
    pub subject_kind: &'static str,
    /// Which one.
    pub subject_id: i64,
    /// The project it belongs to, if to any.
    pub project: Option<ProjectId>,
    /// What changed.
    pub changes: Vec<Change>,
}

impl Event {
    /// An event of a project, or of something that belongs to one.
    pub fn of_project(
        kind: &'static str,
        subject_kind: &'static str,
        subject_id: i64,
        project: ProjectId,
        changes: Vec<Change>,
    ) -> Self {
        Self { kind, subject_kind, subject_id, project: Some(project), changes }
    }

    /// An event of something no project owns.
    pub fn of(
        kind: &'static str,
        subject_kind: &'static str,
        subject_id: i64,
        changes: Vec<Change>,
    ) -> Self {
        Self { kind, subject_kind, subject_id, project: None, changes }
    }

    /// An event of a session.
    pub fn of_session(kind: &'static str, session: SessionId) -> Self {
        Self::of(kind, "session", session.0, Vec::new())
    }

    /// An event of an account.
    pub fn of_user(kind: &'static str, user: UserId) -> Self {
        Self::of(kind, "user", user.0, Vec::new())
    }
}

/// Writes `event` down, in the transaction of the work it tells of.
pub fn record(conn: &mut Conn, author: &Author, now: Timestamp, event: &Event) -> Result<()> {
    let changes = serde_json::to_string(&event.changes).map_err(StoreError::broken)?;
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
        ))
        .execute(conn)?;
    Ok(())
}

/// An event as it was written down.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its id, which grows with time.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// `user`, `system` or `client`.
    pub actor_kind: String,
    /// The actor's id, when it has one.
    pub actor_id: Option<i64>,
    /// The actor's name then.
    pub actor_name: String,
    /// What was done.
    pub kind: String,
    /// To what sort of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: i64,
    /// The project it belongs to, if to any.
    pub project_id: Option<ProjectId>,
    /// What changed.
    pub changes: Vec<Change>,
    /// The request it was done by.
    pub request_id: String,
    /// The network address it came from.
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
    project_id: Option<i64>,
    changes: String,
    request_id: String,
    origin: String,
}

impl TryFrom<Row> for Recorded {
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
            project_id: row.project_id.map(ProjectId),
            changes: serde_json::from_str(&row.changes).map_err(StoreError::broken)?,
            request_id: row.request_id,
            origin: row.origin,
        })
    }
}

/// What was done to a project and all that belongs to it, the latest first.
pub fn of_project(
    conn: &mut Conn,
    project: ProjectId,
    page: &PageRequest,
) -> Result<Page<Recorded>> {
    let mut query = events::table
        .filter(events::project_id.eq(project.0))
        .select(Row::as_select())
        .into_boxed();
    if let Some(before) = page.after_id()? {
        query = query.filter(events::id.lt(before));
    }
    let rows: Vec<Row> = query.order(events::id.desc()).limit(page.rows_to_fetch()).load(conn)?;
    let total = events::table.filter(events::project_id.eq(project.0)).count().get_result(conn)?;
    page.by_id(rows, total, |row: &Row| row.id, Recorded::try_from)
}

/// What was done to one thing, the first first.
pub fn of_subject(conn: &mut Conn, kind: &str, id: i64) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::subject_id.eq(id))
        .order(events::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Recorded::try_from).collect()
}

/// What was done to things of a kind up to an instant, the first first.
pub fn of_kind_until(conn: &mut Conn, kind: &str, until: Timestamp) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(kind))
        .filter(events::at.le(until.naive()))
        .order(events::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Recorded::try_from).collect()
}

/// Which sealed events are wanted.
#[derive(Clone, Debug)]
pub struct FeedFilter {
    /// After this sequence.
    pub after: i64,
    /// Up to this sequence, if to any.
    pub until: Option<i64>,
    /// Of one of these kinds; empty for any.
    pub kinds: Vec<String>,
    /// Of this project and what belongs to it.
    pub project: Option<ProjectId>,
    /// Which projects are in sight.
    pub sight: Sight,
    /// Whether what was done to accounts and sessions is shown.
    pub accounts: bool,
}

/// The subjects that are accounts, or an account's own.
const ACCOUNTS: [&str; 4] = ["user", "session", "client", "webhook"];

type Listed<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::LeftJoin<events::table, projects::table>,
    MultiBackend,
>;

/// The events the filter's reader may see, of the kinds and the project asked for.
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
        // What is proposed for the next year is the commission's until it is confirmed.
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

/// Sealed events in their sequence, at most so many, of what the filter's reader may see.
pub fn feed(conn: &mut Conn, filter: &FeedFilter, most: i64) -> Result<Vec<(i64, Recorded)>> {
    let rows: Vec<(Option<i64>, Row)> = shown(filter)
        .filter(events::sequence.gt(filter.after))
        .order(events::sequence)
        .limit(most)
        .select((events::sequence, Row::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(sequence, row)| Ok((sequence.unwrap_or(0), row.try_into()?))).collect()
}

/// What was done, the latest first, of what the filter's reader may see; by `actor` alone where one
/// is named. Also what is not sealed yet, whatever the filter's `after`.
pub fn latest(
    conn: &mut Conn,
    filter: &FeedFilter,
    actor: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Recorded>> {
    let wanted = || match actor {
        Some(name) => shown(filter).filter(events::actor_name.eq(name.to_owned())),
        None => shown(filter),
    };
    let mut query = wanted();
    if let Some(before) = page.after_id()? {
        query = query.filter(events::id.lt(before));
    }
    let query = query.order(events::id.desc()).limit(page.rows_to_fetch());
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    let total = wanted().count().get_result(conn)?;
    page.by_id(rows, total, |row: &Row| row.id, Recorded::try_from)
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
