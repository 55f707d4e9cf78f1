//! Compares the register in each bulletin with the events before it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::personal_data::ERASED;
use crate::store::bulletins::frozen::Frozen;
use crate::store::bulletins::parts::Publication;
use crate::store::bulletins::{self, Bulletin};
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::figures::source::Source;
use crate::store::replay::{Replay, at};
use crate::store::verify::found::Verified;

/// Most differences named in one bulletin.
const MOST: usize = 20;

/// Replays the events up to each bulletin, and compares the register that then stands with the one in
/// the bulletin. Each event is replayed once.
///
/// # Errors
/// Those of the database.
pub(in crate::store) fn registers_are_of_events(conn: &mut Conn) -> Result<Verified> {
    let mut found = Verified::of("registers of bulletins and the events before them", 0);
    let begin = at::begin(conn)?;
    let mut replay = None;
    for head in bulletins::heads(conn)? {
        let content = bulletins::content(conn, head.id)?;
        let bulletin = Bulletin { content, ..head };
        let Ok(frozen) = bulletin.frozen() else {
            found.wrong.push(format!("bulletin {}: its register cannot be read", bulletin.month));
            continue;
        };
        if frozen.last_event < begin {
            found.noted.push(format!(
                "bulletin {}: was published before the record began with event {begin}, so that its register cannot be compared",
                bulletin.month
            ));
            continue;
        }
        let replay = match &mut replay {
            Some(replay) => replay,
            None => replay.insert(Replay::temporary()?),
        };
        replay.advance(conn, frozen.last_event)?;
        found.looked_at += 1;
        let differences = differences(replay.conn(), &frozen)?;
        let more = differences.len().saturating_sub(MOST);
        let lines = differences.into_iter().take(MOST);
        found.wrong.extend(lines.map(|line| format!("bulletin {}: {line}", bulletin.month)));
        if more > 0 {
            found.wrong.push(format!("bulletin {}: {more} more differences", bulletin.month));
        }
    }
    Ok(found)
}

/// What differs between the register of a bulletin and the one replayed.
fn differences(replayed: &mut Conn, frozen: &Frozen) -> Result<Vec<String>> {
    let publication = Publication {
        month: frozen.month,
        published_at: frozen.published_at,
        published_on: frozen.published_on,
        last_event: frozen.last_event,
        synthetic: frozen.synthetic,
    };
    let parts = Source::Live.parts(replayed, frozen.month)?;
    let mut of_events = Frozen::of(publication, &parts);
    of_events.edition = frozen.edition;
    // Nearly all agree, and texts take a tenth of the memory of values.
    let text = |register: &Frozen| serde_json::to_string(register).map_err(StoreError::broken);
    if text(frozen)? == text(&of_events)? {
        return Ok(Vec::new());
    }
    let published = object(frozen)?;
    let of_events = object(&of_events)?;
    let mut lines = Vec::new();
    for (field, value) in &published {
        let expected = of_events.get(field).unwrap_or(&Value::Null);
        if !is_same(value, expected) {
            compare(field, value, expected, &mut lines);
        }
    }
    Ok(lines)
}

fn object(frozen: &Frozen) -> Result<Map<String, Value>> {
    let Value::Object(fields) = serde_json::to_value(frozen).map_err(StoreError::broken)? else {
        return Err(StoreError::broken("a register is no object"));
    };
    Ok(fields)
}

/// True if the events have what the bulletin says, or had it until it was erased: a bulletin stays as it was published.
fn is_same(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Array(values), Value::Array(all)) => {
            values.len() == all.len() && values.iter().zip(all).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(fields), Value::Object(all)) => {
            fields.len() == all.len()
                && fields.iter().all(|(name, a)| all.get(name).is_some_and(|b| is_same(a, b)))
        }
        (Value::String(_), Value::String(left)) if left == ERASED => true,
        (a, b) => a == b,
    }
}

/// Names each element with an `id` that differs, and each of its fields.
fn compare(field: &str, value: &Value, expected: &Value, lines: &mut Vec<String>) {
    let before = lines.len();
    if let (Value::Array(values), Value::Array(all)) = (value, expected) {
        let values = by_id(values);
        let all = by_id(all);
        for (id, element) in &values {
            match all.get(id) {
                Some(other) => compare_fields(&format!("{field} {id}"), element, other, lines),
                None => lines.push(format!("{field} {id}: the events do not have it")),
            }
        }
        let missing = all.keys().filter(|id| !values.contains_key(id));
        lines.extend(missing.map(|id| format!("{field} {id}: is missing; the events have it")));
    }
    if lines.len() == before {
        lines.push(format!("{field} is {value}; the events have {expected}"));
    }
}

/// The elements that have an id.
fn by_id(elements: &[Value]) -> BTreeMap<i64, &Value> {
    let id = |element: &Value| element.get("id").and_then(Value::as_i64);
    elements.iter().filter_map(|element| Some((id(element)?, element))).collect()
}

fn compare_fields(what: &str, element: &Value, other: &Value, lines: &mut Vec<String>) {
    for (name, value) in element.as_object().into_iter().flatten() {
        let expected = other.get(name).unwrap_or(&Value::Null);
        if !is_same(value, expected) {
            lines.push(format!("{what}: {name} is {value}; the events have {expected}"));
        }
    }
}
