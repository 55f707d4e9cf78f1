//! Erases the data of a person: from the tables, the access log and the private parts of events.
//!
//! The hashes that bind the erased parts stay, so that `verify` can tell an erasure from tampering.

mod events;
mod found;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::clock::Timestamp;
use crate::domain::id::ProposalId;
use crate::domain::personal_data::{DataSubject, runs};
use crate::store::access_log;
use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::events::seal;

pub(crate) use events::NotAsWritten;
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
}

/// Erases the data of `subject`. `own` is the proposal that asked for it; other open proposals
/// that name the person become stale.
///
/// The caller records the event in the same transaction. Every row that an erased part held the
/// image of is written again, so that the images of that event are the last.
///
/// # Errors
/// Those of the database; [`NotAsWritten`] if an event that is to be erased was altered before.
pub(crate) fn erase(
    conn: &mut Conn,
    subject: &DataSubject,
    own: ProposalId,
    now: Timestamp,
) -> Result<Result<Erased, NotAsWritten>> {
    // Only events with a sequence can be named.
    seal::seal_all(conn)?;
    let found = find(conn, subject, now)?;
    // First of all, because nothing may be changed if it refuses.
    let parts = match events::erase(conn, &found.events)? {
        Ok(parts) => parts,
        Err(altered) => return Ok(Err(altered)),
    };
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for rows in &found.rows {
        named.insert(format!("{}.{}", rows.table.name, rows.column), runs(&rows.ids));
        if rows.table.name == "proposals" {
            rows::blank_proposals(conn, subject, &rows.ids, own)?;
        } else {
            rows::blank(conn, rows, now)?;
        }
    }
    if let Some(account) = &subject.account {
        rows::blank_account(conn, account.id)?;
    }
    rows::blank_working_state(conn, subject)?;
    rows::write_again(conn, &parts.rows)?;
    access_log::erase(conn, &found.access_lines)?;
    Ok(Ok(Erased {
        rows: named,
        events: parts.sequences,
        format_1: parts.format_1,
        access_lines: found.access_lines,
    }))
}
