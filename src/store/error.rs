//! Errors of the store, in the few kinds that callers distinguish.

use std::cell::Cell;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// Error of the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such row.
    #[error("no such row")]
    NotFound,
    /// A unique value is already in use; names `table.column`.
    #[error("{0} is already in use")]
    Taken(String),
    /// The row changed since it was read.
    #[error("it was changed in the meantime")]
    Stale,
    /// The cursor was issued by another list or in another order.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// No connection became free in time, or all attempts conflicted with other writes.
    #[error("the database is too busy")]
    Busy,
    /// The disk of the database is full; nothing was saved.
    #[error("the disk of the database is full: {0}")]
    Full(String),
    /// The server answers from a copy that it does not change.
    #[error("this server only reads")]
    ReadOnly,
    /// The connection was lost, or the time was up, while a transaction may have been committed.
    #[error("the outcome of a transaction is unknown: {0}")]
    OutcomeUnknown(String),
    /// The database cannot be opened or reached.
    #[error("{0}")]
    Unreachable(String),
    /// The database was migrated by a newer version of this program.
    #[error("the database has migrations this program does not know ({0}); use the newer program")]
    NewerSchema(String),
    /// Any other database error, caused by a fault in this program.
    #[error("{0}")]
    Broken(String),
}

/// Result of a store function.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Whether a failed transaction is worth retrying on a fresh snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// Not worth retrying.
    No,
    /// Unique violation: retry once, because on a fresh snapshot a rule may give a better error.
    Once,
    /// Conflict with another transaction: retry.
    Yes,
}

thread_local! {
    /// Retry decision for the transaction that runs on this thread.
    ///
    /// It is thread-local because the error may already be wrapped in a caller's type, and a
    /// transaction runs on one thread.
    static AGAIN: Cell<Again> = const { Cell::new(Again::No) };
    /// True if the disk was full in the transaction that runs on this thread.
    static FULL: Cell<bool> = const { Cell::new(false) };
}

/// Resets what is remembered of the transaction of this thread.
pub(super) fn start_attempt() {
    AGAIN.set(Again::No);
    FULL.set(false);
}

/// Retry decision for the attempt that just failed on this thread.
pub(super) fn again() -> Again {
    AGAIN.get()
}

/// True if the disk was full in the attempt that just ended on this thread.
pub(super) fn was_full() -> bool {
    FULL.get()
}

impl StoreError {
    /// The error of a commit: once the connection is lost, it may have been done or not.
    pub(super) fn of_commit(error: DieselError) -> Self {
        let error = Self::from(error);
        if let Self::Unreachable(why) = error { Self::OutcomeUnknown(why) } else { error }
    }

    /// Creates [`StoreError::Broken`].
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self::Broken(cause.to_string())
    }

    /// Parses a stored text as a value of an enumeration.
    pub fn read_text<T: std::str::FromStr>(text: &str) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|e: T::Err| Self::Broken(format!("stored text: {e}")))
    }
}

impl From<DieselError> for StoreError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "Diesel's list of errors is its own")]
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                AGAIN.set(Again::Once);
                Self::Taken(taken(&*info))
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => lost(),
            DieselError::DatabaseError(_, info) if is_disk_full(info.message()) => {
                FULL.set(true);
                Self::Full(info.message().to_owned())
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unreachable(info.message().to_owned()),
            // The commit failed first, and then the rollback on the same connection.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => (*commit_error).into(),
            DieselError::DatabaseError(_, info) if is_deadlock_or_lock_timeout(info.message()) => {
                lost()
            }
            other => Self::Broken(other.to_string()),
        }
    }
}

fn lost() -> StoreError {
    AGAIN.set(Again::Yes);
    StoreError::Busy
}

/// SQLite's words, and those of the system that PostgreSQL passes on.
fn is_disk_full(message: &str) -> bool {
    message.contains("disk is full") || message.contains("No space left on device")
}

fn is_deadlock_or_lock_timeout(message: &str) -> bool {
    message.contains("deadlock detected")
        || message.contains("lock timeout")
        || message.contains("database is locked")
}

/// Name of the unique column in the same form on both databases, such as `units.name`.
///
/// SQLite reports `UNIQUE constraint failed: units.name`. PostgreSQL names the constraint and has
/// `Key (name)=(…) already exists.` in the details.
fn taken(info: &dyn DatabaseErrorInformation) -> String {
    if let Some(columns) = info.message().strip_prefix("UNIQUE constraint failed: ") {
        return columns.replace(", ", "+");
    }
    let table = info.table_name().unwrap_or_default();
    let columns = info
        .details()
        .and_then(|d| d.strip_prefix("Key ("))
        .and_then(|d| d.split_once(")="))
        .map_or_else(String::new, |(columns, _)| columns.to_owned());
    let named = columns.split(", ").map(|column| format!("{table}.{column}"));
    named.collect::<Vec<_>>().join("+")
}
