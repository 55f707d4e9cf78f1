//! Sealing assigns a gap-free sequence and a hash chain to committed events.
//!
//! Ids are assigned before a transaction commits, so a reader that follows ids can miss an event
//! that commits late. Sequences are assigned after the commit, by one instance at a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Bool;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::hash::sha256;
use crate::store::record;
use crate::store::record::key::{self, RecordKey};
use crate::store::schema::events;
use crate::store::{Conn, Result};

/// Maximum number of events sealed in one transaction.
const MOST: i64 = 500;
/// PostgreSQL advisory lock that allows one instance at a time to seal.
const LOCK: i64 = 0x4D50_5345_414C;

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: i64,
    at: NaiveDateTime,
    actor_kind: String,
    actor_id: Option<i64>,
    actor_name: String,
    kind: String,
    subject_kind: String,
    subject_id: i64,
    project_id: Option<i64>,
    changes: String,
    request_id: String,
    origin: String,
    text: Option<String>,
    mac: Option<String>,
    sequence: Option<i64>,
    previous_hash: Option<String>,
    hash: Option<String>,
}

/// Input of the hash of an event of format 1; the order of the fields matters.
#[derive(Serialize)]
struct Sealed<'a> {
    sequence: i64,
    previous_hash: &'a str,
    id: i64,
    at: Timestamp,
    actor_kind: &'a str,
    actor_id: Option<i64>,
    actor_name: &'a str,
    kind: &'a str,
    subject_kind: &'a str,
    subject_id: i64,
    project_id: Option<i64>,
    changes: &'a str,
    request_id: &'a str,
    origin: &'a str,
}

impl Row {
    /// True if the event carries the MAC of this program.
    fn is_signed(&self, key: &RecordKey) -> bool {
        let Self { id, text: Some(text), mac: Some(mac), .. } = self else { return false };
        key.signed(*id, text, mac)
    }

    fn hash(&self, sequence: i64, previous_hash: &str) -> Result<String> {
        if let Some(text) = &self.text {
            return Ok(sha256(&format!(
                "mp/event/v2\n{sequence}\n{}\n{previous_hash}\n{text}",
                self.id
            )));
        }
        let sealed = Sealed {
            sequence,
            previous_hash,
            id: self.id,
            at: Timestamp::new(self.at),
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id,
            actor_name: &self.actor_name,
            kind: &self.kind,
            subject_kind: &self.subject_kind,
            subject_id: self.subject_id,
            project_id: self.project_id,
            changes: &self.changes,
            request_id: &self.request_id,
            origin: &self.origin,
        };
        let text = serde_json::to_string(&sealed).map_err(crate::store::StoreError::broken)?;
        Ok(sha256(&text))
    }
}

/// End of the hash chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Anchor {
    /// Last sequence; 0 if nothing was sealed.
    pub sequence: i64,
    /// Hash of the last sealed event; empty if nothing was sealed.
    pub hash: String,
}

/// Current end of the hash chain.
pub fn anchor(conn: &mut Conn) -> Result<Anchor> {
    let last: Option<(Option<i64>, Option<String>)> = events::table
        .filter(events::sequence.is_not_null())
        .order(events::sequence.desc())
        .select((events::sequence, events::hash))
        .first(conn)
        .optional()?;
    let (sequence, hash) = last.unwrap_or_default();
    Ok(Anchor { sequence: sequence.unwrap_or(0), hash: hash.unwrap_or_default() })
}

/// True if unsealed events exist.
pub fn is_due(conn: &mut Conn) -> Result<bool> {
    let waiting = events::table
        .filter(events::sequence.is_null().and(events::refused.eq(false)))
        .select(events::id);
    Ok(waiting.first::<i64>(conn).optional()?.is_some())
}

#[derive(QueryableByName)]
struct Got {
    #[diesel(sql_type = Bool)]
    got: bool,
}

fn alone(conn: &mut Conn) -> Result<bool> {
    match conn {
        // SQLite has a single writer.
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(c) => {
            let query = sql_query(format!("select pg_try_advisory_xact_lock({LOCK}) as got"));
            Ok(query.get_result::<Got>(c)?.got)
        }
    }
}

/// Seals all committed events, after waiting for the instance that is sealing.
///
/// Needed before the end of the chain is published. Events of this transaction are sealed too: they get their
/// texts first.
///
/// # Errors
/// As [`record::finish`].
pub fn seal_all(conn: &mut Conn) -> Result<()> {
    record::finish(conn)?;
    seal_each(conn, Formats::Signed)
}

/// Seals all events of a register of format 1, before it is adopted.
pub(super) fn seal_format_1(conn: &mut Conn) -> Result<()> {
    seal_each(conn, Formats::All)
}

/// Events that are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Formats {
    /// Those that carry the MAC of this program.
    Signed,
    /// Those of format 1 too, which carry none.
    All,
}

fn seal_each(conn: &mut Conn, formats: Formats) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        sql_query(format!("select pg_advisory_xact_lock({LOCK})")).execute(c)?;
    }
    while seal_next(conn, formats)? > 0 {}
    Ok(())
}

/// Seals up to 500 committed events and returns their number; 0 if another instance is sealing.
///
/// Sequences follow the order of ids among committed events. Two instances cannot assign the same
/// sequence: it is unique, and the second transaction is retried. An event that this program did not
/// write gets no sequence; it is marked, and `verify` names it.
pub fn seal(conn: &mut Conn) -> Result<usize> {
    if alone(conn)? { seal_next(conn, Formats::Signed) } else { Ok(0) }
}

fn seal_next(conn: &mut Conn, formats: Formats) -> Result<usize> {
    let key = key::current()?;
    let Anchor { mut sequence, mut hash } = anchor(conn)?;
    let rows: Vec<Row> = events::table
        .filter(events::sequence.is_null().and(events::refused.eq(false)))
        .order(events::id)
        .limit(MOST)
        .select(Row::as_select())
        .load(conn)?;
    for row in &rows {
        if !(row.is_signed(&key) || (formats == Formats::All && row.text.is_none())) {
            refuse(conn, row.id)?;
            continue;
        }
        sequence += 1;
        let next = row.hash(sequence, &hash)?;
        diesel::update(events::table.find(row.id).filter(events::sequence.is_null()))
            .set((
                events::sequence.eq(sequence),
                events::previous_hash.eq(&hash),
                events::hash.eq(&next),
            ))
            .execute(conn)?;
        hash = next;
    }
    Ok(rows.len())
}

fn refuse(conn: &mut Conn, event: i64) -> Result<()> {
    tracing::error!("event {event} was not written by this program and gets no sequence");
    diesel::update(events::table.find(event)).set(events::refused.eq(true)).execute(conn)?;
    Ok(())
}

/// The hash of a sealed event as its columns now are. Of format 1 it differs from the stored one once
/// personal data was erased.
pub(in crate::store) fn hash_of(conn: &mut Conn, id: i64) -> Result<String> {
    let row: Row = events::table.find(id).select(Row::as_select()).first(conn)?;
    row.hash(row.sequence.unwrap_or(0), row.previous_hash.as_deref().unwrap_or_default())
}

/// Verifies the hash chain. Returns the number of events checked and the errors found: the first
/// altered, missing or reordered event, and each anchor that is no longer in the chain.
///
/// `erased` has the hash of what is left of each event of format 1 that was erased, by sequence.
pub(in crate::store) fn check(
    conn: &mut Conn,
    anchors: &[(String, Anchor)],
    erased: &BTreeMap<i64, String>,
) -> Result<(usize, Vec<String>)> {
    let mut expected = Anchor::default();
    let mut looked_at = 0;
    let mut hashes: BTreeSet<(i64, String)> = BTreeSet::new();
    let wanted: BTreeSet<i64> = anchors.iter().map(|(_, anchor)| anchor.sequence).collect();
    let mut wrong = Vec::new();
    let mut has_text = false;
    'chain: loop {
        let rows: Vec<Row> = events::table
            .filter(events::sequence.gt(expected.sequence))
            .order(events::sequence)
            .limit(MOST)
            .select(Row::as_select())
            .load(conn)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            looked_at += 1;
            let found = row.sequence.unwrap_or(0);
            let next = expected.sequence + 1;
            if found != next {
                wrong.push(format!("event {next} of the chain is missing"));
                break 'chain;
            }
            // Format 1 ends where format 2 begins.
            let is_late = has_text && row.text.is_none();
            has_text |= row.text.is_some();
            let follows = row.previous_hash.as_deref() == Some(expected.hash.as_str()) && !is_late;
            let computed = row.hash(found, &expected.hash)?;
            let stored = row.hash.clone().unwrap_or_default();
            // What is left of an erased event of format 1 has another hash, which its erasure states.
            let left = erased.get(&found).filter(|_| row.text.is_none());
            if !follows || *left.unwrap_or(&stored) != computed {
                wrong.push(format!(
                    "event {found} of the chain (id {}) was altered or reordered",
                    row.id
                ));
                break 'chain;
            }
            if wanted.contains(&found) {
                hashes.insert((found, stored.clone()));
            }
            expected = Anchor { sequence: found, hash: stored };
        }
    }
    wrong.extend(unanchored(anchors, &hashes));
    Ok((looked_at, wrong))
}

/// A line for each anchor that is not among the hashes of the chain.
fn unanchored(anchors: &[(String, Anchor)], hashes: &BTreeSet<(i64, String)>) -> Vec<String> {
    let is_missing = |anchor: &Anchor| {
        anchor.sequence > 0 && !hashes.contains(&(anchor.sequence, anchor.hash.clone()))
    };
    let missing = anchors.iter().filter(|(_, anchor)| is_missing(anchor));
    let line = |(what, anchor): &(String, Anchor)| {
        let number = anchor.sequence;
        format!("{what} records event {number} of the chain, which is missing or has another hash")
    };
    missing.map(line).collect()
}

/// Last sequence.
///
/// Other data read in the same snapshot include all events up to it.
pub fn head(conn: &mut Conn) -> Result<i64> {
    Ok(events::table.select(max(events::sequence)).first::<Option<i64>>(conn)?.unwrap_or(0))
}
