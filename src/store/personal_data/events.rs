//! Erases the private parts of events.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::ERASED;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::events::seal;
use crate::store::record::tables::{Kind, table};
use crate::store::record::text::{Op, Said, split_changes};
use crate::store::schema::{event_private, events};

/// Events read at once.
const AT_ONCE: usize = 500;

/// Parts of events that were erased.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Sequences of the events.
    pub(super) sequences: BTreeSet<i64>,
    /// Sequence and hash of what is left of each event of format 1.
    pub(super) format_1: BTreeMap<i64, String>,
    /// Rows, by table and id, whose personal columns stood in an erased part.
    pub(super) rows: BTreeSet<(&'static str, i64)>,
}

/// Erases the private parts of these events, and what is personal in their columns.
pub(super) fn erase(conn: &mut Conn, ids: &BTreeSet<i64>) -> Result<Parts> {
    let mut parts = Parts::default();
    let ids: Vec<i64> = ids.iter().copied().collect();
    for ids in ids.chunks(AT_ONCE) {
        let found: Vec<(i64, Option<i64>, Option<String>, String)> = events::table
            .filter(events::id.eq_any(ids))
            .order(events::id)
            .select((events::id, events::sequence, events::text, events::changes))
            .load(conn)?;
        for (id, sequence, text, changes) in found {
            // One that this program did not write has no sequence, and counts for nothing.
            parts.sequences.extend(sequence);
            let kept = if let Some(text) = &text {
                let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
                parts.rows.extend(personal_rows(&said));
                said.changes
            } else {
                let changes: Vec<FieldChange> =
                    serde_json::from_str(&changes).map_err(StoreError::broken)?;
                split_changes(changes).1
            };
            let kept = serde_json::to_string(&kept).map_err(StoreError::broken)?;
            diesel::update(events::table.find(id))
                .set((
                    events::actor_name.eq(ERASED),
                    events::origin.eq(""),
                    events::changes.eq(kept),
                ))
                .execute(conn)?;
            if text.is_none()
                && let Some(sequence) = sequence
            {
                parts.format_1.insert(sequence, seal::hash_of(conn, id)?);
            }
        }
        diesel::delete(event_private::table.filter(event_private::event_id.eq_any(ids)))
            .execute(conn)?;
    }
    Ok(parts)
}

/// The rows of tables with personal columns that the event wrote.
fn personal_rows(said: &Said) -> impl Iterator<Item = (&'static str, i64)> {
    said.writes.iter().filter(|write| write.op != Op::Delete).filter_map(|write| {
        let table = table(&write.table)?;
        let is_personal = table.columns.iter().any(|column| column.kind == Kind::Private);
        is_personal.then_some((table.name, write.id))
    })
}
