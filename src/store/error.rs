//! What can go wrong below, in the few kinds that matter above.

use std::cell::Cell;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// A failure of the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("there is no such row")]
    NotFound,
    /// Another row has this value; `table.column`.
    #[error("{0} is taken already")]
    Taken(String),
    /// The row is not at the version it was read at.
    #[error("it has been changed in between")]
    Stale,
    /// A cursor that was not made for this list.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// No connection became free in time, or others were always faster.
    #[error("the database is too busy")]
    Busy,
    /// No database where one should be.
    #[error("{0}")]
    Unreachable(String),
    /// The database was migrated by a newer program.
    #[error("the database has migrations this program does not know ({0}); use the newer program")]
    NewerSchema(String),
    /// Anything else; a fault of ours.
    #[error("{0}")]
    Broken(String),
}

/// The result of a query.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Whether an attempt is worth repeating in a fresh snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Again {
    /// It failed for reasons of its own, or not at all.
    No,
    /// A value was taken, perhaps only just: seen in a fresh snapshot, the rule may say more.
    Once,
    /// Somebody else wrote the same rows first.
    Yes,
}

thread_local! {
    /// What was in the way of the work at hand. The error on its way up may be wrapped by then; a
    /// transaction runs on one thread from begin to end.
    static AGAIN: Cell<Again> = const { Cell::new(Again::No) };
}

/// Forgets what happened before on this thread.
pub(in crate::store) fn start_attempt() {
    AGAIN.set(Again::No);
}

/// Whether the attempt that just failed on this thread is worth repeating.
pub(in crate::store) fn again() -> Again {
    AGAIN.get()
}

impl StoreError {
    /// A fault of ours.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self::Broken(cause.to_string())
    }

    /// Reads a stored text that must be one of an enumeration's.
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

fn is_deadlock_or_lock_timeout(message: &str) -> bool {
    message.contains("deadlock detected")
        || message.contains("lock timeout")
        || message.contains("database is locked")
}

/// What is taken, in the same words on both databases: `units.name`.
///
/// SQLite says `UNIQUE constraint failed: units.name`, PostgreSQL names the constraint and puts
/// `Key (name)=(…) already exists.` into the details.
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
