//! Compares the register with the record: names every row that is not as the last event about it
//! left it.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::ERASED;
use crate::store::record::image::{Columns, Row};
use crate::store::record::key::RecordKey;
use crate::store::record::tables::{TABLES, Table};
use crate::store::record::text::{Op, PrivatePart, Said, private_hash};
use crate::store::record::written::rows_from;
use crate::store::schema::{event_private, events};
use crate::store::verify::erased::Erasures;
use crate::store::verify::found::{Alteration, AlteredRow, Verified};
use crate::store::verify::signatures::{Signatures, Signed};
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
///
/// `key` is `None` if it is not at hand: then the MACs of events are not checked.
pub(super) fn compare(
    conn: &mut Conn,
    key: Option<&RecordKey>,
    erasures: &Erasures,
) -> Result<Vec<Verified>> {
    let mut of_events = Verified::of("the texts of events", 0);
    let mut signatures = Signatures::of(conn, key, &mut of_events)?;
    erasures.note(&mut of_events);
    let mut rows = fold(conn, &mut signatures, erasures, &mut of_events)?;
    signatures.finish(&mut of_events);
    let mut of_rows = Verified::of("rows of the register and the record", 0);
    for (place, table) in TABLES.iter().enumerate() {
        compare_table(conn, place, table, &mut rows, &mut of_rows)?;
    }
    let mut gone: Vec<((usize, i64), Stand)> = rows.into_iter().collect();
    gone.sort_by_key(|(row, _)| *row);
    for ((place, id), stand) in gone {
        let Some(table) = TABLES.get(place) else { continue };
        let event = (stand.event, kind_of(conn, stand.event)?);
        of_rows.altered(AlteredRow {
            event: Some(event),
            ..AlteredRow::of(table, id, Alteration::Deleted)
        });
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
    at: NaiveDateTime,
    subject_version: Option<i64>,
    subject_key: Option<String>,
    request_id: String,
    origin: String,
    sequence: Option<i64>,
    text: Option<String>,
    mac: Option<String>,
    refused: bool,
    salt: Option<String>,
    private: Option<String>,
}

/// The next events from the id `from` on, with their private parts.
fn told(conn: &mut Conn, from: i64, most: usize) -> Result<Vec<Told>> {
    Ok(events::table
        .left_join(event_private::table)
        .filter(events::id.ge(from))
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
            events::at,
            events::subject_version,
            events::subject_key,
            events::request_id,
            events::origin,
            events::sequence,
            events::text,
            events::mac,
            events::refused,
            event_private::salt.nullable(),
            event_private::text.nullable(),
        ))
        .load(conn)?)
}

/// Reads all events: the last image of a row is the row.
fn fold(
    conn: &mut Conn,
    signatures: &mut Signatures<'_>,
    erasures: &Erasures,
    checked: &mut Verified,
) -> Result<Rows> {
    let places: HashMap<&str, usize> =
        TABLES.iter().enumerate().map(|(place, table)| (table.name, place)).collect();
    let mut rows = Rows::new();
    let mut has_text = false;
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let page = told(conn, from, AT_ONCE)?;
        next = page.last().and_then(|last| last.id.checked_add(1));
        for event in page {
            checked.looked_at += 1;
            let Some(text) = &event.text else {
                if has_text || event.refused {
                    checked.wrong.push(format!("event {} has no text", event.id));
                }
                if let Err(e) = changes_of(&event) {
                    checked.wrong.push(format!("event {}: {e}", event.id));
                }
                continue;
            };
            has_text = true;
            if !signatures.is_good(&Signed {
                id: event.id,
                text,
                mac: event.mac.as_deref(),
                is_refused: event.refused,
            }) {
                // What it says of rows counts for nothing.
                continue;
            }
            match serde_json::from_str::<Said>(text) {
                Err(e) => checked.wrong.push(format!("event {}: {e}", event.id)),
                Ok(said) => {
                    let private = private_part(&event, &said, erasures, &mut checked.wrong);
                    apply(&mut rows, &places, event.id, said, private);
                }
            }
        }
    }
    Ok(rows)
}

fn changes_of(event: &Told) -> serde_json::Result<Vec<FieldChange>> {
    serde_json::from_str(&event.changes)
}

/// The private part, after checking that it and the columns of the event agree with its text.
fn private_part(
    event: &Told,
    said: &Said,
    erasures: &Erasures,
    wrong: &mut Vec<String>,
) -> PrivatePart {
    let id = event.id;
    if let Some(erasure) = erasures.of_event(event.sequence) {
        if event.salt.is_some() {
            wrong.push(format!(
                "event {id}: has a private part again, which event {erasure} erased"
            ));
        }
        let left = PrivatePart { actor_name: ERASED.to_owned(), ..PrivatePart::default() };
        agrees(event, said, &left, wrong);
        return PrivatePart::default();
    }
    let (Some(salt), Some(text)) = (&event.salt, &event.private) else {
        wrong.push(format!("event {id}: its private part is missing"));
        return PrivatePart::default();
    };
    if private_hash(salt, text) != said.private {
        wrong.push(format!("event {id}: its private part was altered"));
    }
    let private: PrivatePart = match serde_json::from_str(text) {
        Ok(private) => private,
        Err(e) => {
            wrong.push(format!("event {id}: its private part cannot be read: {e}"));
            return PrivatePart::default();
        }
    };
    agrees(event, said, &private, wrong);
    private
}

/// Checks that the columns of the event agree with its text and private part.
fn agrees(event: &Told, said: &Said, private: &PrivatePart, wrong: &mut Vec<String>) {
    let id = event.id;
    let subject =
        (&event.subject_kind, event.subject_id, event.subject_version, &event.subject_key);
    let said_subject =
        (&said.subject_kind, said.subject_id, said.subject_version, &said.subject_key);
    let stored = in_order(changes_of(event).unwrap_or_default());
    let told = in_order(said.changes.iter().chain(&private.changes).cloned().collect());
    let same = event.kind == said.kind
        && subject == said_subject
        && event.project_id == said.project_id
        && (&event.actor_kind, event.actor_id) == (&said.actor_kind, said.actor_id)
        && event.actor_name == private.actor_name
        && event.origin == private.origin
        && event.request_id == said.request_id
        && Timestamp::new(event.at) == said.at
        && stored == told;
    if !same {
        wrong.push(format!("event {id}: its columns differ from its text"));
    }
}

/// The changes in the order of their fields: which of them are personal does not matter here.
fn in_order(mut changes: Vec<FieldChange>) -> Vec<FieldChange> {
    changes.sort_by(|a, b| a.field.cmp(&b.field));
    changes
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
    table: &'static Table,
    rows: &mut Rows,
    checked: &mut Verified,
) -> Result<()> {
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let page = rows_from(conn, table, from, AT_ONCE)?;
        next = page.last().and_then(|last| last.id.checked_add(1));
        for stored in page {
            checked.looked_at += 1;
            let row = Row::read(table, &stored.text)?;
            match rows.remove(&(place, stored.id)) {
                None => {
                    checked.altered(AlteredRow::of(table, stored.id, Alteration::Inserted));
                }
                Some(stand)
                    if stand.public != short(&row.public)
                        || stand.private != short(&row.private) =>
                {
                    let found = differences(conn, table, stored.id, &row, stand.event)?;
                    for altered in found {
                        checked.altered(altered);
                    }
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// The columns that differ from the image in `event`.
fn differences(
    conn: &mut Conn,
    table: &'static Table,
    id: i64,
    row: &Row,
    event: i64,
) -> Result<Vec<AlteredRow>> {
    let found = told(conn, event, 1)?.pop();
    let Some(Told { kind, text: Some(text), private, .. }) = found else {
        return Err(StoreError::broken("an event vanished while it was read"));
    };
    let said: Said = serde_json::from_str(&text).map_err(StoreError::broken)?;
    // A private part that cannot be read was named before.
    let private: PrivatePart =
        private.and_then(|private| serde_json::from_str(&private).ok()).unwrap_or_default();
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
    let altered = found.filter_map(|(column, value)| {
        let recorded = image.get(column).unwrap_or(&Value::Null);
        (recorded != value).then(|| AlteredRow {
            column: Some(column.clone()),
            stored: value.clone(),
            recorded: recorded.clone(),
            event: Some((event, kind.clone())),
            ..AlteredRow::of(table, id, Alteration::Altered)
        })
    });
    Ok(altered.collect())
}

fn kind_of(conn: &mut Conn, event: i64) -> Result<String> {
    let kind: Option<String> =
        events::table.find(event).select(events::kind).first(conn).optional()?;
    Ok(kind.unwrap_or_default())
}
