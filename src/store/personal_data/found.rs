//! Finds where the data of a person stands.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;

use crate::domain::access_log::KEPT_DAYS_AT_LEAST;
use crate::domain::clock::Timestamp;
use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::{DataSubject, ERASED, ROLE};
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::record::image::Columns;
use crate::store::record::tables::{Kind, TABLES, Table};
use crate::store::record::text::{PrivatePart, split_changes};
use crate::store::schema::{access_log, event_private, events};

/// Events read at once.
const AT_ONCE: usize = 500;

/// Where the data of a person stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Rows of covered tables; the account itself is not among them.
    pub rows: Vec<FoundRows>,
    /// Ids of events.
    pub events: BTreeSet<i64>,
    /// Ids of lines of the access log.
    pub access_lines: BTreeSet<i64>,
}

/// Rows that name the person in one column.
#[derive(Clone, Debug)]
pub(crate) struct FoundRows {
    /// Table.
    pub table: &'static Table,
    /// Column.
    pub column: &'static str,
    /// Ids.
    pub ids: BTreeSet<i64>,
}

impl FoundRows {
    /// The rows by table and id.
    pub(super) fn of_table(&self) -> impl Iterator<Item = (&'static str, i64)> {
        self.ids.iter().map(|id| (self.table.name, *id))
    }
}

/// Finds the data of `subject`. It reads the private parts of all events.
///
/// # Errors
/// Those of the database.
pub(crate) fn find(conn: &mut Conn, subject: &DataSubject, now: Timestamp) -> Result<Found> {
    let mut found = Found {
        events: events_about(conn, subject)?,
        access_lines: lines_about(conn, subject, now)?,
        rows: Vec::new(),
    };
    // The row of an account is found by its id.
    for table in TABLES.iter().filter(|table| table.name != "users") {
        for column in table.columns.iter().filter(|column| column.kind == Kind::Private) {
            let ids = rows_naming(conn, table.name, column.name, subject)?;
            if !ids.is_empty() {
                found.rows.push(FoundRows { table, column: column.name, ids });
            }
        }
    }
    Ok(found)
}

/// Those of the proposals that name the person in `column`.
fn naming_proposals(
    conn: &mut Conn,
    column: &str,
    ids: BTreeSet<i64>,
    subject: &DataSubject,
) -> Result<BTreeSet<i64>> {
    let mut naming = BTreeSet::new();
    for id in ids {
        let sql = format!("select {column} as text from proposals where id = {id}");
        let found: Words = sql_query(sql).get_result(conn)?;
        if subject.is_named_in_json(&found.text.into()) {
            naming.insert(id);
        }
    }
    Ok(naming)
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Ids of the rows of which `column` contains `text`.
pub(super) fn containing(
    conn: &mut Conn,
    table: &str,
    column: &str,
    text: &str,
) -> Result<Vec<i64>> {
    let contains = match conn {
        Conn::Sqlite(_) => format!("instr({column}, ?) > 0"),
        Conn::Postgres(_) => format!("strpos({column}, $1) > 0"),
    };
    // Private parts are named by their event.
    let id = if table == "event_private" { "event_id" } else { "id" };
    let query = sql_query(format!("select {id} as id from {table} where {contains}"));
    let rows: Vec<Id> = query.bind::<Text, _>(text).load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn rows_naming(
    conn: &mut Conn,
    table: &str,
    column: &str,
    subject: &DataSubject,
) -> Result<BTreeSet<i64>> {
    let mut ids = BTreeSet::new();
    if table == "proposals" {
        for text in subject.searched().into_iter().flat_map(in_json_of_any_depth) {
            ids.extend(containing(conn, table, column, &text)?);
        }
        return naming_proposals(conn, column, ids, subject);
    }
    for text in &subject.texts {
        ids.extend(containing(conn, table, column, text)?);
    }
    let equals = match conn {
        Conn::Sqlite(_) => format!("{column} = ?"),
        Conn::Postgres(_) => format!("{column} = $1"),
    };
    for name in subject.names() {
        let query = sql_query(format!("select id from {table} where {equals}"));
        let rows: Vec<Id> = query.bind::<Text, _>(name).load(conn)?;
        ids.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(ids)
}

/// `text` as it stands in JSON.
pub(super) fn in_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

/// `text` as it stands in JSON, and in JSON that stands as a text in JSON.
fn in_json_of_any_depth(text: &str) -> BTreeSet<String> {
    let once = in_json(text);
    let twice = in_json(&once);
    BTreeSet::from([once, twice])
}

#[derive(Queryable)]
struct Candidate {
    id: i64,
    actor_kind: String,
    actor_id: Option<i64>,
    actor_name: String,
    subject_kind: String,
    subject_id: i64,
    changes: String,
    text: Option<String>,
    private: Option<String>,
}

/// Ids of the events that the account wrote, that are about it, or that name the person.
fn events_about(conn: &mut Conn, subject: &DataSubject) -> Result<BTreeSet<i64>> {
    let mut candidates = BTreeSet::new();
    if let Some(account) = &subject.account {
        let own = events::actor_kind.eq("user").and(events::actor_id.eq(account.id.0));
        let about = events::subject_kind.eq("user").and(events::subject_id.eq(account.id.0));
        let ids: Vec<i64> = events::table.filter(own.or(about)).select(events::id).load(conn)?;
        candidates.extend(ids);
    }
    for text in subject.searched().into_iter().flat_map(in_json_of_any_depth) {
        candidates.extend(containing(conn, "event_private", "text", &text)?);
        candidates.extend(containing(conn, "events", "changes", &text)?);
    }
    let mut found = BTreeSet::new();
    let candidates: Vec<i64> = candidates.into_iter().collect();
    for ids in candidates.chunks(AT_ONCE) {
        let rows: Vec<Candidate> = events::table
            .left_join(event_private::table)
            .filter(events::id.eq_any(ids).and(events::refused.eq(false)))
            .select((
                events::id,
                events::actor_kind,
                events::actor_id,
                events::actor_name,
                events::subject_kind,
                events::subject_id,
                events::changes,
                events::text,
                event_private::text.nullable(),
            ))
            .load(conn)?;
        for row in rows {
            if row.is_about(subject)? {
                found.insert(row.id);
            }
        }
    }
    Ok(found)
}

impl Candidate {
    /// True if there is something to erase.
    fn is_about(&self, subject: &DataSubject) -> Result<bool> {
        let account = subject.account.as_ref().map(|account| account.id.0);
        let own = self.actor_kind == "user" && self.actor_id == account;
        let about = self.subject_kind == "user" && Some(self.subject_id) == account;
        let is_of_account = account.is_some() && (own || about);
        match (&self.private, &self.text) {
            (Some(private), _) => match serde_json::from_str(private) {
                Ok(part) => Ok(is_of_account || names(&part, subject)),
                // It was altered, and a search for the person found it.
                Err(_) => Ok(true),
            },
            // It was erased before, or somebody took the private part away.
            (None, Some(_)) => Ok(is_of_account && self.actor_name != ERASED),
            (None, None) => {
                let changes: Vec<FieldChange> =
                    serde_json::from_str(&self.changes).map_err(StoreError::broken)?;
                let (personal, _) = split_changes(&self.subject_kind, changes);
                let is_erased = self.actor_name == ERASED && personal.is_empty();
                Ok(!is_erased && (is_of_account || in_changes(&personal, subject)))
            }
        }
    }
}

/// True if the private part names the person.
fn names(part: &PrivatePart, subject: &DataSubject) -> bool {
    // Whose event it is, its account says: the name of somebody else may be the same.
    let PrivatePart { actor_name: _, origin, changes, writes } = part;
    let in_columns =
        |columns: &Columns| columns.values().any(|value| subject.is_named_in_json(value));
    subject.texts.contains(origin)
        || in_changes(changes, subject)
        || writes.iter().any(|write| in_columns(&write.row) || in_columns(&write.before))
}

fn in_changes(changes: &[FieldChange], subject: &DataSubject) -> bool {
    let named = |value| subject.is_named_in_json(value);
    changes
        .iter()
        .filter(|change| change.field != ROLE)
        .any(|change| named(&change.before) || named(&change.after))
}

/// Ids of the lines of the account, and of those with one of the texts as account or address, that need no longer be
/// kept.
fn lines_about(conn: &mut Conn, subject: &DataSubject, now: Timestamp) -> Result<BTreeSet<i64>> {
    let kept = now.plus_hours(-24 * i64::from(KEPT_DAYS_AT_LEAST));
    let mut names = subject.texts.clone();
    let mut account = None;
    if let Some(own) = &subject.account {
        names.push(own.username.clone());
        account = Some(own.id.0);
    }
    let lines = access_log::table
        .filter(access_log::private_sha256.is_null().and(access_log::minute.lt(kept.naive())));
    let by_name = access_log::account.eq_any(&names).or(access_log::address.eq_any(&names));
    let mut ids: Vec<i64> = lines.filter(by_name).select(access_log::id).load(conn)?;
    if let Some(account) = account {
        let own = lines.filter(access_log::account_id.eq(account)).select(access_log::id);
        ids.extend(own.load::<i64>(conn)?);
    }
    Ok(ids.into_iter().collect())
}
