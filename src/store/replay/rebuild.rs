//! Rebuilds the register as it stood at a moment, in a new file.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::store::conn::{Begin, Conn, Use};
use crate::store::error::{Result, StoreError};
use crate::store::events::feed_id;
use crate::store::record::image::Row;
use crate::store::record::tables::{Column, Kind, Table};
use crate::store::record::written::rows_from;
use crate::store::record::{self, RecordKey};
use crate::store::replay::at::{At, Position};
use crate::store::replay::{Replay, dangling, rows};
use crate::store::url::DatabaseUrl;
use crate::store::{events::seal, private, search};

/// What `feeds.place` begins with in a rebuilt register; the moment follows.
const REBUILT: &str = "rebuilt ";
/// Attempts to seal while others do.
const ATTEMPTS: u32 = 20;
/// Pause between them.
const PAUSE: Duration = Duration::from_millis(50);
/// Rows copied at once.
const AT_ONCE: usize = 500;

/// Makes the file `to`, which must not exist, from the record of `source` as it stood `at` a moment.
/// Seals what waits for it first; `key` signed the events, and the moment is not after `now`.
///
/// # Errors
/// [`StoreError::Unreachable`] with the reason: the file exists, or the record does not reach back to
/// the moment.
pub(crate) fn rebuild(
    source: &DatabaseUrl,
    key: &RecordKey,
    at: At,
    now: Timestamp,
    to: &Path,
) -> Result<Position> {
    if to.exists() {
        let shown = to.display();
        return Err(StoreError::Unreachable(format!("{shown} already exists; choose a new name")));
    }
    let mut source = Conn::open(source, Use::Write)?;
    crate::store::migrate::must_be_current(&mut source)?;
    seal_waiting(&mut source, key)?;
    source.begin(Begin::Snapshot)?;
    let position = at.find(&mut source)?;
    if position.at > now {
        return Err(StoreError::Unreachable(format!("{} is not over yet", position.at)));
    }
    // The file gets its name when it is whole.
    let part = to.with_added_extension("part");
    let done = fill(&mut source, position, &DatabaseUrl::Sqlite(part.clone()))
        .and_then(|()| std::fs::rename(&part, to).map_err(StoreError::broken));
    if done.is_err() {
        for file in private::files_of(&part) {
            // Some of them were never made.
            let _ = std::fs::remove_file(file);
        }
    }
    done.map(|()| position)
}

fn fill(source: &mut Conn, position: Position, url: &DatabaseUrl) -> Result<()> {
    let mut replay = Replay::in_file(url)?;
    replay.advance(source, position.sequence)?;
    copy_events(source, replay.conn(), position.sequence)?;
    search::fill(replay.conn())?;
    match dangling(replay.conn())? {
        0 => {}
        rows => {
            return Err(StoreError::Unreachable(format!(
                "{rows} rows after event {} refer to missing rows: the event is in the middle of a transaction; choose a later one",
                position.sequence
            )));
        }
    }
    name_copy(source, replay.conn(), position.at)?;
    // One file, without a write-ahead log beside it.
    Ok(replay
        .conn()
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")?)
}

/// Seals what waits for it, as a server does.
fn seal_waiting(source: &mut Conn, key: &RecordKey) -> Result<()> {
    record::list_writes(source)?;
    let mut attempts = 0;
    loop {
        source.begin(Begin::Exclusive)?;
        let sealed = key.during(|| seal::seal_all(source)).and_then(|()| Ok(source.commit()?));
        attempts += 1;
        match sealed {
            Err(StoreError::Busy) if attempts < ATTEMPTS => {
                // Another instance sealed meanwhile.
                let _ = source.rollback();
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// The moment at which this register was rebuilt; `None` if it is no rebuilt one.
///
/// # Errors
/// Those of the database.
pub(crate) fn moment(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let place = feed_id::place_of(conn)?;
    let at = place.strip_prefix(REBUILT).map(|at| serde_json::from_value(Value::from(at)));
    at.transpose().map_err(StoreError::broken)
}

/// Columns of `events`.
const EVENTS: Table = Table {
    name: "events",
    subject: "",
    parent: None,
    format: 1,
    columns: &[
        text("actor_kind"),
        text("actor_name"),
        text("kind"),
        text("subject_kind"),
        text("subject_key"),
        text("changes"),
        text("request_id"),
        text("origin"),
        text("previous_hash"),
        text("hash"),
        text("text"),
        text("mac"),
        number("actor_id"),
        number("subject_id"),
        number("subject_version"),
        number("project_id"),
        number("sequence"),
        Column { name: "at", kind: Kind::Instant },
        Column { name: "refused", kind: Kind::Flag },
    ],
};

/// Columns of `event_private`.
const EVENT_PRIVATE: Table = Table {
    name: "event_private",
    subject: "",
    parent: None,
    format: 1,
    columns: &[text("salt"), text("text"), number("event_id")],
};

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn number(name: &'static str) -> Column {
    Column { name, kind: Kind::Number }
}

/// Copies the events up to a sequence, with their private parts.
fn copy_events(source: &mut Conn, to: &mut Conn, until: i64) -> Result<()> {
    let mut copied = HashSet::new();
    copy(source, to, &EVENTS, |id, row| {
        let is_wanted =
            row.public.get("sequence").and_then(Value::as_i64).is_some_and(|s| s <= until);
        if is_wanted {
            copied.insert(id);
        }
        is_wanted
    })?;
    copy(source, to, &EVENT_PRIVATE, |_, row| {
        row.public.get("event_id").and_then(Value::as_i64).is_some_and(|id| copied.contains(&id))
    })
}

fn copy(
    source: &mut Conn,
    to: &mut Conn,
    table: &Table,
    mut is_wanted: impl FnMut(i64, &Row) -> bool,
) -> Result<()> {
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let page = rows_from(source, table, from, AT_ONCE)?;
        next = page.last().and_then(|last| last.id.checked_add(1));
        let mut wanted = Vec::new();
        for found in page {
            let row = Row::read(table, &found.text)?;
            if is_wanted(found.id, &row) {
                wanted.push(rows::stored(table, found.id, row.public, row.private).into());
            }
        }
        rows::insert(to, table, &wanted)?;
    }
    Ok(())
}

/// Keeps the id of the feed, and the moment in the place of its database.
fn name_copy(source: &mut Conn, to: &mut Conn, at: Timestamp) -> Result<()> {
    let id = feed_id::get(source)?.replace('\'', "''");
    Ok(to.batch_execute(&format!("update feeds set feed_id = '{id}', place = '{REBUILT}{at}'"))?)
}
