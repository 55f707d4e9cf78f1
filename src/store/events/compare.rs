//! Compares the register with the record: names every row that is not as the last event about it
//! left it.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::store::events::verify::Verified;
use crate::store::record::image::{Columns, Row};
use crate::store::record::tables::{TABLES, Table};
use crate::store::record::text::{Op, PrivatePart, Said, private_hash};
use crate::store::record::written::rows_after;
use crate::store::schema::{event_private, events};
use crate::store::{Conn, Result, StoreError};

/// Rows and events read at once.
const AT_ONCE: usize = 500;

/// First half of the SHA-256 of a row's columns: enough to tell a row from another, in half of the
/// memory.
type Short = [u8; 16];

/// What the last event about a row says of it.
struct Stand {
    public: Short,
    private: Short,
    event: i64,
}

/// Rows by table and id, as the events leave them.
type Rows = HashMap<(usize, i64), Stand>;

/// Runs the comparison. It holds one short digest per row in memory, and reads each event and each
/// row once; the events of rows that differ a second time.
pub(super) fn compare(conn: &mut Conn) -> Result<Vec<Verified>> {
    let mut of_events = Verified::of("the texts of events", 0);
    let mut rows = fold(conn, &mut of_events)?;
    let mut of_rows = Verified::of("rows of the register and the record", 0);
    for (place, table) in TABLES.iter().enumerate() {
        compare_table(conn, place, table, &mut rows, &mut of_rows)?;
    }
    let mut gone: Vec<((usize, i64), Stand)> = rows.into_iter().collect();
    gone.sort_by_key(|(row, _)| *row);
    for ((place, id), stand) in gone {
        let table = TABLES.get(place).map_or("", |table| table.name);
        let event = name(conn, stand.event)?;
        of_rows.wrong.push(format!("{table} {id}: was deleted without an event; {event} wrote it"));
    }
    Ok(vec![of_events, of_rows])
}

#[derive(Queryable)]
struct Told {
    id: i64,
    kind: String,
    subject_kind: String,
    subject_id: i64,
    project_id: Option<i64>,
    actor_kind: String,
    actor_id: Option<i64>,
    actor_name: String,
    changes: String,
    text: Option<String>,
    salt: Option<String>,
    private: Option<String>,
}

/// The next events after the id `after`, with their private parts.
fn told(conn: &mut Conn, after: i64, most: usize) -> Result<Vec<Told>> {
    Ok(events::table
        .left_join(event_private::table)
        .filter(events::id.gt(after))
        .order(events::id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((
            events::id,
            events::kind,
            events::subject_kind,
            events::subject_id,
            events::project_id,
            events::actor_kind,
            events::actor_id,
            events::actor_name,
            events::changes,
            events::text,
            event_private::salt.nullable(),
            event_private::text.nullable(),
        ))
        .load(conn)?)
}

/// Reads all events: the last image of a row is the row.
fn fold(conn: &mut Conn, checked: &mut Verified) -> Result<Rows> {
    let places: HashMap<&str, usize> =
        TABLES.iter().enumerate().map(|(place, table)| (table.name, place)).collect();
    let mut rows = Rows::new();
    let (mut after, mut has_text) = (0, false);
    loop {
        let page = told(conn, after, AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = last.id;
        for event in page {
            let Some(text) = &event.text else {
                if has_text {
                    checked.wrong.push(format!("event {} has no text", event.id));
                }
                continue;
            };
            has_text = true;
            checked.looked_at += 1;
            match serde_json::from_str::<Said>(text) {
                Err(e) => checked.wrong.push(format!("event {}: {e}", event.id)),
                Ok(said) => {
                    let private = private_part(&event, &said, &mut checked.wrong)?;
                    apply(&mut rows, &places, event.id, said, private);
                }
            }
        }
    }
}

/// The private part, after checking that it and the columns of the event agree with its text.
fn private_part(event: &Told, said: &Said, wrong: &mut Vec<String>) -> Result<PrivatePart> {
    let id = event.id;
    let (Some(salt), Some(text)) = (&event.salt, &event.private) else {
        wrong.push(format!("event {id}: its private part is missing"));
        return Ok(PrivatePart::default());
    };
    if private_hash(salt, text) != said.private {
        wrong.push(format!("event {id}: its private part was altered"));
    }
    let private: PrivatePart = serde_json::from_str(text).map_err(StoreError::broken)?;
    let mut same = event.kind == said.kind
        && event.subject_kind == said.subject_kind
        && event.subject_id == said.subject_id
        && event.project_id == said.project_id
        && event.actor_kind == said.actor_kind
        && event.actor_id == said.actor_id
        && event.actor_name == private.actor_name;
    let changes: Vec<crate::store::events::FieldChange> =
        serde_json::from_str(&event.changes).unwrap_or_default();
    let all = changes.len() == said.changes.len() + private.changes.len();
    let known = |change| said.changes.contains(change) || private.changes.contains(change);
    same &= all && changes.iter().all(known);
    if !same {
        wrong.push(format!("event {id}: its columns differ from its text"));
    }
    Ok(private)
}

fn apply(
    rows: &mut Rows,
    places: &HashMap<&str, usize>,
    event: i64,
    said: Said,
    private: PrivatePart,
) {
    let mut personal: HashMap<(String, i64), Columns> =
        private.writes.into_iter().map(|write| ((write.table, write.id), write.row)).collect();
    for write in said.writes {
        let Some(place) = places.get(write.table.as_str()) else { continue };
        let key = (*place, write.id);
        if write.op == Op::Delete {
            rows.remove(&key);
            continue;
        }
        let private = personal.remove(&(write.table, write.id)).unwrap_or_default();
        let stand = Stand { public: short(&write.row), private: short(&private), event };
        rows.insert(key, stand);
    }
}

fn short(columns: &Columns) -> Short {
    // The order of names does not matter: both sides are sorted.
    let mut sorted: Vec<(&String, &Value)> = columns.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        hash.update(format!("{name}\n{value}\n"));
    }
    let mut short = Short::default();
    short.copy_from_slice(hash.finalize().get(..16).unwrap_or(&[0; 16]));
    short
}

fn compare_table(
    conn: &mut Conn,
    place: usize,
    table: &Table,
    rows: &mut Rows,
    checked: &mut Verified,
) -> Result<()> {
    let mut after = 0;
    loop {
        let page = rows_after(conn, table, after, AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for stored in page {
            checked.looked_at += 1;
            let row = Row::read(table, &stored.text)?;
            match rows.remove(&(place, stored.id)) {
                None => checked
                    .wrong
                    .push(format!("{} {}: was inserted without an event", table.name, stored.id)),
                Some(stand)
                    if stand.public != short(&row.public)
                        || stand.private != short(&row.private) =>
                {
                    let lines = differences(conn, table, stored.id, &row, stand.event)?;
                    checked.wrong.extend(lines);
                }
                Some(_) => {}
            }
        }
    }
}

/// One line per column that differs from the image in `event`.
fn differences(
    conn: &mut Conn,
    table: &Table,
    id: i64,
    row: &Row,
    event: i64,
) -> Result<Vec<String>> {
    let found = told(conn, event - 1, 1)?.pop();
    let Some(Told { kind, text: Some(text), private, .. }) = found else {
        return Err(StoreError::broken("an event vanished while it was read"));
    };
    let said: Said = serde_json::from_str(&text).map_err(StoreError::broken)?;
    let private = private.as_deref().map(serde_json::from_str::<PrivatePart>).transpose();
    let private = private.map_err(StoreError::broken)?.unwrap_or_default();
    let mut image = Columns::new();
    image.extend(
        said.writes.into_iter().filter(|w| w.table == table.name && w.id == id).flat_map(|w| w.row),
    );
    image.extend(
        private
            .writes
            .into_iter()
            .filter(|w| w.table == table.name && w.id == id)
            .flat_map(|w| w.row),
    );
    let found = row.public.iter().chain(&row.private);
    let lines = found.filter_map(|(column, value)| {
        let wrote = image.get(column).unwrap_or(&Value::Null);
        (wrote != value).then(|| {
            format!(
                "{} {id}: {column} is {value}; event {event} ({kind}) wrote {wrote}",
                table.name
            )
        })
    });
    Ok(lines.collect())
}

fn name(conn: &mut Conn, event: i64) -> Result<String> {
    let kind: Option<String> =
        events::table.find(event).select(events::kind).first(conn).optional()?;
    Ok(format!("event {event} ({})", kind.unwrap_or_default()))
}
