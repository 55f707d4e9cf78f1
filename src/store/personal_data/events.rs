//! Erases the private parts of events.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::event::change::FieldChange;
use crate::domain::personal_data::ERASED;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::events::seal;
use crate::store::record::key;
use crate::store::record::tables::{Kind, table};
use crate::store::record::text::{Op, Said, private_hash, split_changes};
use crate::store::schema::{event_private, events};

/// Events read at once.
const AT_ONCE: usize = 500;

/// Id of an event that is not as this program wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAsWritten(pub i64);

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
///
/// # Errors
/// [`NotAsWritten`] for an event that is not as this program wrote it: an erasure would hide that.
pub(super) fn erase(conn: &mut Conn, ids: &BTreeSet<i64>) -> Result<Result<Parts, NotAsWritten>> {
    let mut parts = Parts::default();
    let ids: Vec<i64> = ids.iter().copied().collect();
    for ids in ids.chunks(AT_ONCE) {
        for event in stored(conn, ids)? {
            if !event.is_as_written(conn)? {
                return Ok(Err(NotAsWritten(event.id)));
            }
            parts.add(conn, &event)?;
        }
        diesel::delete(event_private::table.filter(event_private::event_id.eq_any(ids)))
            .execute(conn)?;
    }
    Ok(Ok(parts))
}

#[derive(Queryable)]
struct Stored {
    id: i64,
    subject_kind: String,
    sequence: Option<i64>,
    hash: Option<String>,
    changes: String,
    text: Option<String>,
    mac: Option<String>,
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
            events::changes,
            events::text,
            events::mac,
            event_private::salt.nullable(),
            event_private::text.nullable(),
        ))
        .load(conn)?)
}

impl Stored {
    /// True if MAC, hash and private part agree.
    fn is_as_written(&self, conn: &mut Conn) -> Result<bool> {
        if self.hash.as_ref() != Some(&seal::hash_of(conn, self.id)?) {
            return Ok(false);
        }
        let Some(text) = &self.text else { return Ok(true) };
        let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
        let salt = self.salt.as_deref().unwrap_or_default();
        let private = self.private.as_deref().unwrap_or_default();
        let is_signed = self
            .mac
            .as_ref()
            .is_some_and(|mac| key::current().is_ok_and(|k| k.signed(self.id, text, mac)));
        Ok(is_signed && private_hash(salt, private) == said.private)
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
        match &event.text {
            None => {
                self.format_1.insert(sequence, seal::hash_of(conn, event.id)?);
            }
            Some(text) => {
                let said: Said = serde_json::from_str(text).map_err(StoreError::broken)?;
                self.rows.extend(personal_rows(&said));
            }
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
