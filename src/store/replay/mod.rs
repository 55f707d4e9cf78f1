//! Replays events into an embedded database: the register as it stood after an event.
//!
//! The last image of a row is the row, so that no rule is run again.

pub(crate) mod at;
pub(crate) mod rebuild;
mod rows;

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{SqliteConnection, sql_query};

use crate::store::conn::{Conn, Use};
use crate::store::error::{Result, StoreError};
use crate::store::record::image::Columns;
use crate::store::record::tables::{TABLES, table};
use crate::store::record::text::{Op, PrivatePart, Said};
use crate::store::replay::rows::Change;
use crate::store::schema::{event_private, events};
use crate::store::url::DatabaseUrl;
use crate::store::{bulletins as published, migrate};

/// Events read at once. Of a row that several of them wrote the last image alone is applied, as of a report that is drafted,
/// submitted and confirmed within a day.
const AT_ONCE: i64 = 4_000;

/// A register that grows event by event.
pub(crate) struct Replay {
    conn: Conn,
    /// Sequence of the last event replayed.
    reached: i64,
}

/// An event, with its private part.
#[derive(Queryable)]
struct Told {
    sequence: Option<i64>,
    id: i64,
    text: Option<String>,
    private: Option<String>,
}

impl Replay {
    /// An empty register in a private file that SQLite deletes with the connection.
    pub(crate) fn temporary() -> Result<Self> {
        let mut conn = SqliteConnection::establish("").map_err(StoreError::broken)?;
        conn.batch_execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
        migrate::embedded(&mut conn)?;
        Self::empty(Conn::Sqlite(conn))
    }

    /// An empty register in a new file.
    pub(crate) fn in_file(url: &DatabaseUrl) -> Result<Self> {
        migrate::migrate(url)?;
        Self::empty(Conn::open(url, Use::Write)?)
    }

    fn empty(mut conn: Conn) -> Result<Self> {
        // Rows come in the order of events, so that references are checked at the end.
        let mut sql = "PRAGMA foreign_keys = OFF;".to_owned();
        sql.extend(TABLES.iter().map(|table| format!("delete from {};", table.name)));
        conn.batch_execute(&sql)?;
        Ok(Self { conn, reached: 0 })
    }

    /// The register.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Replays the events of `source` after those replayed, up to the sequence `until`.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if an event cannot be read.
    pub(crate) fn advance(&mut self, source: &mut Conn, until: i64) -> Result<()> {
        loop {
            let page = told(source, self.reached, until)?;
            let Some(last) = page.last().and_then(|event| event.sequence) else { return Ok(()) };
            let mut changes: BTreeMap<(&'static str, i64), Change> = BTreeMap::new();
            for event in page {
                collect(source, event, &mut changes)?;
            }
            self.conn.savepoint()?;
            rows::apply(&mut self.conn, changes)?;
            self.conn.commit()?;
            self.reached = last;
        }
    }
}

/// The next events after the sequence `after`, up to `until`.
fn told(source: &mut Conn, after: i64, until: i64) -> Result<Vec<Told>> {
    Ok(events::table
        .left_join(event_private::table)
        .filter(events::sequence.gt(after).and(events::sequence.le(until)))
        .order(events::sequence)
        .limit(AT_ONCE)
        .select((events::sequence, events::id, events::text, event_private::text.nullable()))
        .load(source)?)
}

/// Adds what an event wrote; the last write of a row counts.
fn collect(
    source: &mut Conn,
    event: Told,
    changes: &mut BTreeMap<(&'static str, i64), Change>,
) -> Result<()> {
    let Some(text) = event.text else { return Ok(()) };
    let unreadable = |e| StoreError::broken(format!("event {}: {e}", event.id));
    let said: Said = serde_json::from_str(&text).map_err(unreadable)?;
    let private: PrivatePart = event
        .private
        .as_deref()
        .map_or(Ok(PrivatePart::default()), serde_json::from_str)
        .map_err(unreadable)?;
    let mut personal: BTreeMap<(String, i64), Columns> =
        private.writes.into_iter().map(|write| ((write.table, write.id), write.row)).collect();
    for write in said.writes {
        let Some(table) = table(&write.table) else { continue };
        let change = if write.op == Op::Delete {
            Change::Delete
        } else {
            let personal = personal.remove(&(write.table, write.id)).unwrap_or_default();
            let mut row = rows::stored(table, write.id, write.row, personal);
            if table.name == "bulletins" {
                restore_content(source, write.id, &mut row)?;
            }
            Change::Write(row)
        };
        changes.insert((table.name, write.id), change);
    }
    Ok(())
}

/// Puts the content of a bulletin, of which the image has the digest, into its row.
fn restore_content(source: &mut Conn, id: i64, row: &mut Columns) -> Result<()> {
    let Some(content) = published::content_if_any(source, id)? else { return Ok(()) };
    let digest = crate::domain::hash::sha256(&format!("mp/secret/v1\n{content}"));
    if row.get("content").and_then(serde_json::Value::as_str) == Some(digest.as_str()) {
        row.insert("content".to_owned(), content.into());
    }
    Ok(())
}

/// Rows whose references are missing; none in a sound register.
fn dangling(conn: &mut Conn) -> Result<usize> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let count = sql_query("select count(*) as number from pragma_foreign_key_check");
    let Count { number } = count.get_result(conn)?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}
