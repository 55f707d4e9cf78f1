//! One connection, to whichever database it is.

use std::path::Path;
use std::time::Duration;

use diesel::connection::{SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::r2d2::ManageConnection;
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use crate::store::url::DatabaseUrl;
use crate::store::{Result, StoreError};

/// A connection. Queries are written against it once and run on either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Look. SQLite refuses writes on it.
    Read,
    /// Look and change.
    Write,
}

/// How a read may see, and a write may be interleaved with, others.
#[derive(Clone, Copy, Debug)]
pub enum Begin {
    /// One consistent snapshot.
    Snapshot,
    /// One snapshot to write from. SQLite lets in one writer at a time. PostgreSQL refuses to
    /// change a row that changed since the snapshot; SERIALIZABLE would refuse much more, because
    /// reading a small table locks all of it.
    Exclusive,
}

impl Conn {
    /// Opens a connection.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], in one line.
    pub fn open(url: &DatabaseUrl, wanted: Use) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, wanted).map(Self::Sqlite),
            DatabaseUrl::Postgres(text) => open_postgres(text).map(Self::Postgres),
        }
    }

    /// Begins a transaction of the right kind; `BEGIN` alone fails on SQLite under two writers.
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

    /// Sets a savepoint inside a transaction.
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

    /// Does `work` inside a transaction so that it can be taken back alone: when it fails, and when
    /// what it gives is not to be kept.
    ///
    /// # Errors
    /// The work's.
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

    /// Whether it is fit for another transaction.
    pub fn is_idle(&mut self) -> bool {
        let status = <Self as Connection>::TransactionManager::transaction_manager_status_mut(self);
        matches!(status, TransactionManagerStatus::Valid(v) if v.transaction_depth().is_none())
    }
}

fn open_sqlite(path: &Path, wanted: Use) -> Result<SqliteConnection> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| unreachable_at(path, &e))?;
    }
    let text = path.to_string_lossy();
    let mut conn = SqliteConnection::establish(&text).map_err(|e| unreachable_at(path, &e))?;
    // The order matters: the first statements must wait for others already.
    // FULL: an acknowledged write survives a power cut.
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
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
    let separator = if url.contains('?') { '&' } else { '?' };
    let patient = if url.contains("connect_timeout") {
        url.to_owned()
    } else {
        format!("{url}{separator}connect_timeout=5")
    };
    let mut conn = PgConnection::establish(&patient).map_err(|e: ConnectionError| failed(&e))?;
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

/// Opens the pool's connections.
#[derive(Debug)]
pub(in crate::store) struct Manager {
    /// Which database.
    pub(in crate::store) url: DatabaseUrl,
    /// What for.
    pub(in crate::store) wanted: Use,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn> {
        Conn::open(&self.url, self.wanted)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        !conn.is_idle()
    }
}

/// How a [`crate::store::Db`] is opened.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Most connections open at once.
    pub connections: u32,
    /// Longest wait for one.
    pub wait: Duration,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { connections: 8, wait: Duration::from_secs(3) }
    }
}
