//! Database connection to SQLite or PostgreSQL.

use std::path::Path;
use std::time::Duration;

use diesel::connection::{SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::r2d2::ManageConnection;
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use crate::store::error::{Result, StoreError};
use crate::store::private;
use crate::store::url::DatabaseUrl;

/// Connection. A query written against it runs on either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Access mode of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Read-only; SQLite rejects writes.
    Read,
    /// Read and write.
    Write,
}

/// Isolation of a transaction.
#[derive(Clone, Copy, Debug)]
pub enum Begin {
    /// Read-only transaction on one consistent snapshot.
    Snapshot,
    /// Write transaction on one snapshot.
    ///
    /// SQLite allows one writer at a time. On PostgreSQL the level is REPEATABLE READ, which
    /// rejects an update of a row that changed since the snapshot. SERIALIZABLE would reject far
    /// more transactions, because reading a small table locks all of it.
    Exclusive,
}

impl Conn {
    /// Opens a connection.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] with a message of one line.
    pub fn open(url: &DatabaseUrl, wanted: Use) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, wanted).map(Self::Sqlite),
            DatabaseUrl::Postgres(text) => open_postgres(text).map(Self::Postgres),
        }
    }

    /// Begins a transaction.
    ///
    /// A plain `BEGIN` fails on SQLite when two connections write.
    pub fn begin(&mut self, how: Begin) -> diesel::QueryResult<()> {
        use diesel::connection::AnsiTransactionManager as Ansi;
        match (self, how) {
            (Self::Postgres(c), Begin::Snapshot) => {
                Ansi::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
            (Self::Postgres(c), Begin::Exclusive) => {
                Ansi::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ")
            }
            (Self::Sqlite(c), Begin::Snapshot) => Ansi::begin_transaction_sql(c, "BEGIN DEFERRED"),
            (Self::Sqlite(c), Begin::Exclusive) => {
                Ansi::begin_transaction_sql(c, "BEGIN IMMEDIATE")
            }
        }
    }

    /// Sets a savepoint inside the transaction.
    pub fn savepoint(&mut self) -> diesel::QueryResult<()> {
        <Self as Connection>::TransactionManager::begin_transaction(self)
    }

    /// Commits the transaction, or releases the innermost savepoint.
    pub fn commit(&mut self) -> diesel::QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    /// Rolls the transaction back, or back to the innermost savepoint.
    pub fn rollback(&mut self) -> diesel::QueryResult<()> {
        <Self as Connection>::TransactionManager::rollback_transaction(self)
    }

    /// Runs `work` under a savepoint, and rolls back to it if `work` fails or `keep` returns false
    /// for its result.
    ///
    /// # Errors
    /// The error of `work`.
    pub fn attempt<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
        keep: impl FnOnce(&T) -> bool,
    ) -> std::result::Result<T, E> {
        self.savepoint().map_err(StoreError::from)?;
        let done = work(self);
        if done.as_ref().is_ok_and(keep) {
            self.commit().map_err(StoreError::from)?;
        } else {
            self.rollback().map_err(StoreError::from)?;
        }
        done
    }

    /// True if the connection is outside any transaction and can be reused.
    pub fn is_idle(&mut self) -> bool {
        let status = <Self as Connection>::TransactionManager::transaction_manager_status_mut(self);
        matches!(status, TransactionManagerStatus::Valid(v) if v.transaction_depth().is_none())
    }
}

fn open_sqlite(path: &Path, wanted: Use) -> Result<SqliteConnection> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        private::make_folder(folder).map_err(|e| unreachable_at(path, &e))?;
    }
    if wanted == Use::Write {
        private::protect_database(path).map_err(|e| unreachable_at(path, &e))?;
    }
    let text = path.to_string_lossy();
    let mut conn = SqliteConnection::establish(&text).map_err(|e| unreachable_at(path, &e))?;
    // Order matters: `busy_timeout` must be set first, so that the next statements wait for other
    // connections. `synchronous = FULL`: an acknowledged write survives a power failure.
    // `secure_delete`: nothing that was changed or deleted stays in the file, so that erased is erased.
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA cache_size = -16000;
         PRAGMA mmap_size = 268435456;
         PRAGMA temp_store = MEMORY;",
    )
    .map_err(|e| unreachable_at(path, &e))?;
    if wanted == Use::Read {
        conn.batch_execute("PRAGMA query_only = ON;").map_err(|e| unreachable_at(path, &e))?;
    }
    Ok(conn)
}

fn unreachable_at(path: &Path, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unreachable(format!("cannot open the SQLite database {}: {cause}", path.display()))
}

fn open_postgres(url: &str) -> Result<PgConnection> {
    let shown = DatabaseUrl::Postgres(url.to_owned());
    let failed = |e: &dyn std::fmt::Display| {
        let first_line = e.to_string().lines().next().unwrap_or_default().to_owned();
        StoreError::Unreachable(format!("cannot connect to {shown}: {first_line}"))
    };
    let mut conn =
        PgConnection::establish(&with_timeouts(url)).map_err(|e: ConnectionError| failed(&e))?;
    conn.batch_execute(
        "SET application_name = 'major-projects';
         SET timezone = 'UTC';
         SET lock_timeout = '10s';
         SET statement_timeout = '60s';
         SET idle_in_transaction_session_timeout = '60s';",
    )
    .map_err(|e| failed(&e))?;
    Ok(conn)
}

/// `url` with the timeouts that it does not set itself: a server that cannot be reached, or a host
/// that is gone without a word, is noticed within half a minute.
fn with_timeouts(url: &str) -> String {
    const TIMEOUTS: [(&str, u32); 5] = [
        ("connect_timeout", 5),
        ("tcp_user_timeout", 20_000),
        ("keepalives_idle", 10),
        ("keepalives_interval", 5),
        ("keepalives_count", 3),
    ];
    let mut url = url.to_owned();
    for (name, value) in TIMEOUTS {
        if !url.contains(&format!("{name}=")) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{separator}{name}={value}");
        }
    }
    url
}

/// Makes the temporary table of a connection to PostgreSQL in which triggers list what it writes;
/// see [`crate::store::record`].
pub(super) fn list_on_postgres(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        c.batch_execute(
            "create temporary table if not exists written_rows (
                 n bigint generated always as identity, tbl text not null, row_id bigint not null,
                 op text not null, old text, new text
             ) on commit delete rows",
        )?;
    }
    Ok(())
}

/// Connection manager of the read pool.
#[derive(Debug)]
pub(super) struct Manager {
    /// Database to connect to.
    pub(super) url: DatabaseUrl,
    /// Access mode of the connections.
    pub(super) wanted: Use,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn> {
        let mut conn = Conn::open(&self.url, self.wanted)?;
        if self.wanted == Use::Write {
            list_on_postgres(&mut conn)?;
        }
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        !conn.is_idle()
    }
}

/// Settings for opening a [`crate::store::Db`].
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Maximum number of open connections.
    pub connections: u32,
    /// Maximum wait for a free connection.
    pub wait: Duration,
    /// Maximum time of a read before the caller is told that the database does not answer; twice
    /// as much for a write.
    pub deadline: Duration,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { connections: 8, wait: Duration::from_secs(3), deadline: Duration::from_secs(30) }
    }
}
