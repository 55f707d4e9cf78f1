//! Compares the register with the record: names every row that is not as the last event about it
//! left it.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::ERASED;
use crate::store::record::image::{Columns, Row};
use crate::store::record::key::RecordKey;
use crate::store::record::tables::{TABLES, Table};
use crate::store::record::text::{PrivatePart, Said, in_order, private_hash};
use crate::store::record::written::rows_from;
use crate::store::schema::{event_private, events};
use crate::store::verify::erased::Erasures;
use crate::store::verify::found::{Alteration, AlteredRow, Verified};
use crate::store::verify::images::{Images, Overwritten, Told};
use crate::store::verify::signatures::{Signatures, Signed};
use crate::store::{Conn, Result, StoreError};

/// Rows and events read at once.
const AT_ONCE: usize = 500;

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
    let mut images = fold(conn, &mut signatures, erasures, &mut of_events)?;
    signatures.finish(&mut of_events);
    let mut of_rows = Verified::of("rows of the register and the record", 0);
    name_overwritten(conn, std::mem::take(&mut images.overwritten), &mut of_rows)?;
    if images.more_overwritten > 0 {
        let more = images.more_overwritten;
        of_rows.wrong.push(format!("{more} more rows were altered before an event wrote them"));
    }
    for (place, table) in TABLES.iter().enumerate() {
        compare_table(conn, place, table, &mut images, &mut of_rows)?;
    }
    for ((place, id), last) in images.left() {
        let Some(table) = TABLES.get(place) else { continue };
        let event = (last.event, kind_of(conn, last.event)?);
        of_rows.altered(AlteredRow {
            event: Some(event),
            ..AlteredRow::of(table, id, Alteration::Deleted)
        });
    }
    Ok(vec![of_events, of_rows])
}

#[derive(Queryable)]
struct StoredEvent {
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
fn stored_events(conn: &mut Conn, from: i64, most: usize) -> Result<Vec<StoredEvent>> {
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

/// Names the rows that were not as their last image when an event wrote them.
fn name_overwritten(conn: &mut Conn, all: Vec<Overwritten>, checked: &mut Verified) -> Result<()> {
    for Overwritten { table, id, alteration, found, image_of, by } in all {
        let until = Some((by, kind_of(conn, by)?));
        match (alteration, image_of) {
            (Alteration::Altered, Some(event)) => {
                for altered in differences(conn, table, id, &found, event)? {
                    checked.altered(AlteredRow { until: until.clone(), ..altered });
                }
            }
            (_, image_of) => {
                let event = match image_of {
                    Some(event) => Some((event, kind_of(conn, event)?)),
                    None => None,
                };
                let row = AlteredRow::of(table, id, alteration);
                checked.altered(AlteredRow { event, until, ..row });
            }
        }
    }
    Ok(())
}

/// Reads all events: the last image of a row is the row.
fn fold(
    conn: &mut Conn,
    signatures: &mut Signatures<'_>,
    erasures: &Erasures,
    checked: &mut Verified,
) -> Result<Images> {
    let mut images = Images::new();
    let mut has_text = false;
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let page = stored_events(conn, from, AT_ONCE)?;
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
                if let Ok(said) = serde_json::from_str::<Said>(text) {
                    images.add_unsigned(&said);
                }
                continue;
            }
            match serde_json::from_str::<Said>(text) {
                Err(e) => checked.wrong.push(format!("event {}: {e}", event.id)),
                Ok(said) => {
                    let private = private_part(&event, &said, erasures, &mut checked.wrong);
                    let is_erased = erasures.of_event(event.sequence).is_some();
                    images.add(Told { event: event.id, said, private, is_erased });
                }
            }
        }
    }
    Ok(images)
}

fn changes_of(event: &StoredEvent) -> serde_json::Result<Vec<FieldChange>> {
    serde_json::from_str(&event.changes)
}

/// The private part, after checking that it and the columns of the event agree with its text.
fn private_part(
    event: &StoredEvent,
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
fn agrees(event: &StoredEvent, said: &Said, private: &PrivatePart, wrong: &mut Vec<String>) {
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

fn compare_table(
    conn: &mut Conn,
    place: usize,
    table: &'static Table,
    images: &mut Images,
    checked: &mut Verified,
) -> Result<()> {
    let mut next = Some(i64::MIN);
    while let Some(from) = next {
        let page = rows_from(conn, table, from, AT_ONCE)?;
        next = page.last().and_then(|last| last.id.checked_add(1));
        for stored in page {
            checked.looked_at += 1;
            let row = Row::read(table, &stored.text)?;
            match images.take(place, stored.id) {
                None => {
                    checked.altered(AlteredRow::of(table, stored.id, Alteration::Inserted));
                }
                Some(last) if !last.is_of(&row) => {
                    let found = differences(conn, table, stored.id, &row, last.event)?;
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
    let found = stored_events(conn, event, 1)?.pop();
    let Some(StoredEvent { kind, text: Some(text), private, .. }) = found else {
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
