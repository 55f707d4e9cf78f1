//! Keeps the write-ahead log of SQLite short.
//!
//! SQLite begins its log anew when everything in it is in the database and no reader uses it. With
//! reads that overlap all the time the second never happens, and the log grows. Above a limit the
//! writer therefore holds new reads back until the running ones have ended, and empties the log.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Integer;

use crate::store::conn::{Conn, Use};
use crate::store::error::Result;
use crate::store::private;
use crate::store::read_gate::ReadGate;
use crate::store::url::DatabaseUrl;

/// Size above which the log is emptied, in bytes: four times the size at which SQLite begins to
/// move it into the database.
const LIMIT: u64 = 16 << 20;
/// What the log grows after a failure before it is tried again, in bytes.
const AFTER_FAILURE: u64 = 4 << 20;
/// How long new reads are held back at first, and at most after failures. Less than the usual wait
/// for a connection, so that no read is refused because of it.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// How long the checkpoint waits for other processes, in milliseconds, and the usual wait.
const WAITS: (u32, u32) = (100, 10_000);

/// The log of one database, watched by its writer.
#[derive(Debug)]
pub(super) struct Wal {
    file: PathBuf,
    gate: Arc<ReadGate>,
    /// Size at which the log is emptied next.
    next: u64,
    /// How long new reads are held back next.
    patience: Duration,
}

#[derive(QueryableByName)]
struct Checkpoint {
    /// 1 if a reader or another process kept the log in use.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Wal {
    /// The log of the database at `path`, whose reads pass `gate`.
    pub(super) fn of(path: &Path, gate: Arc<ReadGate>) -> Self {
        let file = private::wal_of(path);
        Self { file, gate, next: LIMIT, patience: PATIENCE.0 }
    }

    /// Empties the log if it is too long. Called by the writer outside a transaction.
    pub(super) fn keep_short(&mut self, conn: &mut Conn) {
        let bytes = self.note_size();
        if bytes >= self.next {
            self.empty(conn, bytes, self.patience);
        }
    }

    /// As [`Wal::keep_short`], when no writes wait: after a failure the log need not grow first. True
    /// if the log is short now.
    pub(super) fn is_short_at_rest(&mut self, conn: &mut Conn) -> bool {
        let bytes = self.note_size();
        // Nothing makes the log grow: reads are not held back for longer than a moment.
        bytes < LIMIT || self.empty(conn, bytes, PATIENCE.0)
    }

    /// Empties the log, which has `bytes`; false if it is in use by reads that last longer than
    /// `patience`.
    fn empty(&mut self, conn: &mut Conn, bytes: u64, patience: Duration) -> bool {
        let emptied = match self.gate.close(patience) {
            Some(_closed) => truncate(conn),
            None => Ok(false),
        };
        let done = emptied.unwrap_or_else(|e| {
            tracing::warn!("the write-ahead log cannot be emptied: {e}");
            false
        });
        let result = if done { "emptied" } else { "busy" };
        metrics::counter!("sqlite_checkpoints_total", "result" => result).increment(1);
        if done {
            (self.next, self.patience) = (LIMIT, PATIENCE.0);
        } else {
            self.next = bytes.saturating_add(AFTER_FAILURE);
            self.patience = (self.patience * 2).min(PATIENCE.1);
        }
        self.note_size();
        done
    }

    /// The size of the log in bytes, which it also writes into the metrics.
    fn note_size(&self) -> u64 {
        let bytes = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        metrics::gauge!("sqlite_wal_bytes").set(u32::try_from(bytes).unwrap_or(u32::MAX));
        bytes
    }
}

/// Empties the log of the database at `path` at once, so that nothing deleted stays in it; false if it
/// is in use by reads that last longer than two seconds.
pub(super) fn empty_now(path: &Path, gate: &ReadGate) -> Result<bool> {
    let mut conn = Conn::open(&DatabaseUrl::Sqlite(path.to_owned()), Use::Write)?;
    match gate.close(PATIENCE.1) {
        Some(_closed) => truncate(&mut conn),
        None => Ok(false),
    }
}

/// Moves the whole log into the database and empties its file; false if it is in use.
fn truncate(conn: &mut Conn) -> Result<bool> {
    let (short, usual) = WAITS;
    conn.batch_execute(&format!("PRAGMA busy_timeout = {short}"))?;
    let checkpoint = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(conn);
    conn.batch_execute(&format!("PRAGMA busy_timeout = {usual}"))?;
    Ok(checkpoint?.busy == 0)
}
