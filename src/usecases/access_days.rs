//! Days of the access log: bound by one event each once they are over, and deleted whole when they are old.

use serde_json::{Value, json};

use crate::domain::access_log::day::{AccessDay, DayDigest};
use crate::domain::clock::Timestamp;
use crate::store::access_log::days::{BOUND, DELETED, DueDay, SUBJECT, is_as_read, kept_from};
use crate::store::access_log::forget;
use crate::store::events::{self, Author, Event, FieldChange};
use crate::store::{Conn, StoreError};

/// Binds a day by an event. False if a line was added since it was read, or another server has bound it.
///
/// # Errors
/// The database's.
pub(crate) fn bind(conn: &mut Conn, due: &DueDay, now: Timestamp) -> Result<bool, StoreError> {
    if !is_as_read(conn, due)? {
        return Ok(false);
    }
    let DueDay { day, digest: DayDigest { lines, sha256 }, .. } = due;
    let said =
        [("day", json!(day.to_string())), ("lines", json!(lines)), ("sha256", json!(sha256))];
    record(conn, BOUND, *day, now, said)?;
    Ok(true)
}

/// The days that are to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// The first of them.
    pub from: AccessDay,
    /// How long lines are kept.
    pub days: u32,
}

/// Deletes lines of earlier days, a bounded number, and records from which day on lines are kept.
///
/// # Errors
/// The database's.
pub(crate) fn delete_before(conn: &mut Conn, kept: Kept, now: Timestamp) -> Result<(), StoreError> {
    if kept_from(conn)?.is_none_or(|known| known < kept.from) {
        let said = [("kept_from", json!(kept.from.to_string())), ("kept_days", json!(kept.days))];
        record(conn, DELETED, kept.from, now, said)?;
    }
    forget(conn, kept.from.start())
}

fn record<const N: usize>(
    conn: &mut Conn,
    kind: &'static str,
    day: AccessDay,
    now: Timestamp,
    said: [(&str, Value); N],
) -> Result<(), StoreError> {
    let change = |(field, after): (&str, Value)| FieldChange {
        field: field.to_owned(),
        before: Value::Null,
        after,
    };
    let event = Event::of(kind, SUBJECT, day.number(), said.map(change).into());
    events::record(conn, &Author::system("access log"), now, &event)
}
