//! Brings a register of format 1 into the record: one event with the image of each row.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::store::events::{Author, Event, SubjectState, record_all, seal};
use crate::store::record::image::{Image, Row};
use crate::store::record::tables::{TABLES, Table};
use crate::store::record::{RecordKey, recorded, text, written};
use crate::store::schema::{event_private, events};
use crate::store::{Conn, DatabaseUrl, Result, Use, migrate};

/// Kind of the event that holds the image of a row from before the record.
pub(in crate::store) const ADOPTED: &str = "register.adopted";
/// Kind of subject of these events.
const SUBJECT: &str = "register";
/// Rows that one statement adopts.
const ROWS_AT_ONCE: usize = 400;

/// Migrates the database to the schema of this program, and adopts a register of format 1. Returns
/// the migrations it ran.
///
/// # Errors
/// [`crate::store::StoreError::Unreachable`]; [`crate::store::StoreError::NewerSchema`], in which case nothing was changed.
pub fn migrate(url: &DatabaseUrl, key: &RecordKey, now: Timestamp) -> Result<Vec<String>> {
    let ran = migrate::migrate(url)?;
    adopt(&mut Conn::open(url, Use::Write)?, key, now)?;
    Ok(ran)
}

/// Adopts every row of the covered tables, in one transaction, if the register is of format 1. What
/// happened before is covered by the chain of format 1 alone.
///
/// Returns the number of rows.
fn adopt(conn: &mut Conn, key: &RecordKey, now: Timestamp) -> Result<usize> {
    if !is_due(conn)? {
        return Ok(0);
    }
    recorded(conn, key, |conn| adopt_all(conn, now))
}

/// True if there are events, and none of them is of format 2.
fn is_due(conn: &mut Conn) -> Result<bool> {
    let any: Option<i64> = events::table.select(events::id).first(conn).optional()?;
    let with_text: Option<i64> = events::table
        .filter(events::text.is_not_null())
        // The newest tells at once.
        .order(events::id.desc())
        .select(events::id)
        .first(conn)
        .optional()?;
    let private: Option<i64> =
        event_private::table.select(event_private::id).first(conn).optional()?;
    Ok(any.is_some() && with_text.is_none() && private.is_none())
}

fn adopt_all(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    seal::seal_format_1(conn)?;
    let mut adopted = 0;
    for table in TABLES {
        let mut next = Some(i64::MIN);
        while let Some(from) = next {
            let rows = written::rows_from(conn, table, from, ROWS_AT_ONCE)?;
            adopted += rows.len();
            adopt_rows(conn, now, table, &rows)?;
            next = rows.last().and_then(|last| last.id.checked_add(1));
        }
    }
    Ok(adopted)
}

fn adopt_rows(
    conn: &mut Conn,
    now: Timestamp,
    table: &'static Table,
    rows: &[written::StoredRow],
) -> Result<()> {
    let all: Vec<Event> =
        rows.iter().map(|row| Event::of(ADOPTED, SUBJECT, row.id, Vec::new())).collect();
    let with_state: Vec<_> = all
        .iter()
        .map(|event| (event, SubjectState { version: None, key: Some(table.name.to_owned()) }))
        .collect();
    record_all(conn, &Author::system("migration"), now, &with_state)?;
    let events = written::take(conn)?.events;
    let mut images: HashMap<i64, Image> = HashMap::with_capacity(rows.len());
    for row in rows {
        let after = Some(Row::read(table, &row.text)?);
        images.insert(row.id, Image { table, id: row.id, before: None, after });
    }
    let shares =
        events.iter().map(|event| images.remove(&event.subject_id).into_iter().collect()).collect();
    text::store(conn, &events, shares)
}
