//! Erases the data of a person: from the tables, the access log and the private parts of events.
//!
//! The hashes that bind the erased parts stay, so that `verify` can tell an erasure from tampering.

mod events;
mod found;
mod last_images;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::clock::Timestamp;
use crate::domain::id::ProposalId;
use crate::domain::personal_data::{DataSubject, runs};
use crate::store::access_log;
use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::events::seal;
use crate::store::personal_data::events::Looked;
use crate::store::personal_data::found::FoundRows;

pub(crate) use found::find;

/// Tables in which an erasure may write.
pub(crate) const TABLES: [&str; 17] = [
    "access_log",
    "event_private",
    "events",
    "idempotency_keys",
    "issues",
    "jobs",
    "light_overrides",
    "past_passwords",
    "project_units",
    "projects",
    "proposals",
    "recovery_codes",
    "restatements",
    "roll_overs",
    "sessions",
    "totp",
    "users",
];

/// What was erased.
#[derive(Clone, Debug, Default)]
pub(crate) struct Erased {
    /// Ids of the rows, as runs, by table and column.
    pub rows: BTreeMap<String, String>,
    /// Sequences of events.
    pub events: BTreeSet<i64>,
    /// Sequence and hash of what is left of each event of format 1.
    pub format_1: BTreeMap<i64, String>,
    /// Ids of lines of the access log.
    pub access_lines: BTreeSet<i64>,
    /// Events and rows that somebody had altered before.
    pub not_as_written: BTreeSet<String>,
}

/// Erases the data of `subject`. `own` is the proposal that asked for it; other open proposals
/// that name the person become stale.
///
/// The caller records the event in the same transaction. Every row that an erased part held the
/// image of is written again, so that the images of that event are the last.
///
/// # Errors
/// Those of the database.
pub(crate) fn erase(
    conn: &mut Conn,
    subject: &DataSubject,
    own: ProposalId,
    now: Timestamp,
) -> Result<Erased> {
    // Only events with a sequence can be named.
    seal::seal_all(conn)?;
    let found = find(conn, subject, now)?;
    let Looked { rows: again, altered: mut not_as_written } = events::look(conn, &found.events)?;
    let mut written = again.clone();
    written.extend(found.rows.iter().flat_map(FoundRows::of_table));
    not_as_written.extend(last_images::altered(conn, &written)?);
    let parts = events::erase(conn, &found.events)?;
    let mut proposals = BTreeSet::new();
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for rows in &found.rows {
        named.insert(format!("{}.{}", rows.table.name, rows.column), runs(&rows.ids));
        if rows.table.name == "proposals" {
            proposals.extend(&rows.ids);
        } else {
            rows::blank(conn, rows, now)?;
        }
    }
    rows::blank_proposals(conn, subject, &proposals, own)?;
    if let Some(account) = &subject.account {
        rows::blank_account(conn, account.id)?;
    }
    rows::blank_working_state(conn, subject)?;
    rows::write_again(conn, &again)?;
    access_log::erase(conn, &found.access_lines)?;
    Ok(Erased {
        rows: named,
        events: parts.sequences,
        format_1: parts.format_1,
        access_lines: found.access_lines,
        not_as_written,
    })
}
