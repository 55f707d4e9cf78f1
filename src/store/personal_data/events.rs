//! Erases the private parts of events.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::ERASED;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::events::seal;
use crate::store::record::tables::{Kind, table};
use crate::store::record::text::{Op, PrivatePart, Said, in_order, private_hash, split_changes};
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
}

/// What an erasure of events will take away.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Rows, by table and id, whose personal columns stand in a private part.
    pub(super) rows: BTreeSet<(&'static str, i64)>,
    /// Events that are not as this program wrote them, as text.
    pub(super) altered: BTreeSet<String>,
}

/// Looks at these events before they are erased.
pub(super) fn look(conn: &mut Conn, ids: &BTreeSet<i64>) -> Result<Looked> {
    let mut looked = Looked::default();
    let ids: Vec<i64> = ids.iter().copied().collect();
    for ids in ids.chunks(AT_ONCE) {
        for event in stored(conn, ids)? {
            if !event.is_as_written(conn)? {
                looked.altered.insert(format!("event {}", event.id));
            }
            if let Some(text) = &event.text {
                let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
                looked.rows.extend(personal_rows(&said));
            }
        }
    }
    Ok(looked)
}

/// Erases the private parts of these events, and what is personal in their columns.
pub(super) fn erase(conn: &mut Conn, ids: &BTreeSet<i64>) -> Result<Parts> {
    let mut parts = Parts::default();
    let ids: Vec<i64> = ids.iter().copied().collect();
    for ids in ids.chunks(AT_ONCE) {
        for event in stored(conn, ids)? {
            parts.add(conn, &event)?;
        }
        diesel::delete(event_private::table.filter(event_private::event_id.eq_any(ids)))
            .execute(conn)?;
    }
    Ok(parts)
}

#[derive(Queryable)]
struct Stored {
    id: i64,
    subject_kind: String,
    sequence: Option<i64>,
    hash: Option<String>,
    actor_name: String,
    origin: String,
    changes: String,
    text: Option<String>,
    salt: Option<String>,
    private: Option<String>,
}

fn stored(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Stored>> {
    Ok(events::table
        .left_join(event_private::table)
        .filter(events::id.eq_any(ids))
        .order(events::id)
        .select((
            events::id,
            events::subject_kind,
            events::sequence,
            events::hash,
            events::actor_name,
            events::origin,
            events::changes,
            events::text,
            event_private::salt.nullable(),
            event_private::text.nullable(),
        ))
        .load(conn)?)
}

impl Stored {
    /// True if hash, private part and columns agree. Its MAC was checked when it was sealed.
    fn is_as_written(&self, conn: &mut Conn) -> Result<bool> {
        if self.hash.as_ref() != Some(&seal::hash_of(conn, self.id)?) {
            return Ok(false);
        }
        let Some(text) = &self.text else { return Ok(true) };
        let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
        let salt = self.salt.as_deref().unwrap_or_default();
        let private = self.private.as_deref().unwrap_or_default();
        let Ok(part) = serde_json::from_str::<PrivatePart>(private) else { return Ok(false) };
        let changes: Vec<FieldChange> = serde_json::from_str(&self.changes).unwrap_or_default();
        let told = said.changes.iter().chain(&part.changes).cloned().collect();
        Ok(private_hash(salt, private) == said.private
            && self.actor_name == part.actor_name
            && self.origin == part.origin
            && in_order(changes) == in_order(told))
    }

    /// Changes that are not personal.
    fn kept_changes(&self) -> Result<Vec<FieldChange>> {
        if let Some(text) = &self.text {
            let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
            return Ok(said.changes);
        }
        let changes: Vec<FieldChange> =
            serde_json::from_str(&self.changes).map_err(StoreError::broken)?;
        Ok(split_changes(&self.subject_kind, changes).1)
    }
}

impl Parts {
    /// Blanks the columns of the event, and notes what it wrote.
    fn add(&mut self, conn: &mut Conn, event: &Stored) -> Result<()> {
        let Some(sequence) = event.sequence else { return Ok(()) };
        self.sequences.insert(sequence);
        let kept = serde_json::to_string(&event.kept_changes()?).map_err(StoreError::broken)?;
        diesel::update(events::table.find(event.id))
            .set((events::actor_name.eq(ERASED), events::origin.eq(""), events::changes.eq(kept)))
            .execute(conn)?;
        if event.text.is_none() {
            self.format_1.insert(sequence, seal::hash_of(conn, event.id)?);
        }
        Ok(())
    }
}

/// The rows of tables with personal columns that the event wrote.
fn personal_rows(said: &Said) -> impl Iterator<Item = (&'static str, i64)> {
    said.writes.iter().filter(|write| write.op != Op::Delete).filter_map(|write| {
        let table = table(&write.table)?;
        let is_personal = table.columns.iter().any(|column| column.kind == Kind::Private);
        is_personal.then_some((table.name, write.id))
    })
}
