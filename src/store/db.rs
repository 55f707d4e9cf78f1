//! Handle to the database: [`Db::read`] and [`Db::write`] run transactions.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{Pool, PooledConnection};

use crate::store::conn::{Begin, Conn, DbOptions, Manager, Use};
use crate::store::error::{Again, Result, StoreError, again, start_attempt};
use crate::store::migrate;
use crate::store::url::DatabaseUrl;
use crate::store::writer::{Writer, guarded};

/// Maximum number of attempts of a write on PostgreSQL when it conflicts with other writes.
const ATTEMPTS: u32 = 20;

/// Database handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: DatabaseUrl,
    pool: Pool<Manager>,
    /// Writer thread of SQLite; `None` on PostgreSQL, which writes through the pool.
    writer: Option<Writer>,
}

impl Db {
    /// Opens the database after a test connection succeeded.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the database cannot be opened.
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self> {
        let (wanted, writer) = match url {
            DatabaseUrl::Sqlite(_) => (Use::Read, Some(Writer::start(url.clone())?)),
            DatabaseUrl::Postgres(_) => {
                Conn::open(url, Use::Write)?;
                (Use::Write, None)
            }
        };
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(0))
            .connection_timeout(options.wait)
            // Test connections only for PostgreSQL, because its server may have been restarted.
            .test_on_check_out(writer.is_none())
            .build_unchecked(Manager { url: url.clone(), wanted });
        Ok(Self(Arc::new(Inner { url: url.clone(), pool, writer })))
    }

    /// URL of the database.
    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    /// Maximum number of open connections.
    pub fn connections(&self) -> u32 {
        self.0.pool.max_size()
    }

    /// Runs `look` in a read-only transaction on one consistent snapshot.
    pub async fn read<T, E>(
        &self,
        look: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        blocking(move || {
            let mut conn = inner.connection()?;
            conn.begin(Begin::Snapshot).map_err(StoreError::from)?;
            let seen = guarded(|| look(&mut conn));
            // Nothing was written; the rollback only returns the connection to the pool outside a
            // transaction.
            conn.rollback().map_err(StoreError::from)?;
            seen
        })
        .await
    }

    /// Runs `work` in a write transaction on one snapshot, and returns after the commit is on disk.
    ///
    /// A transaction that conflicts with another write is retried. `work` may therefore run more
    /// than once on PostgreSQL and must have no side effects.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.0.writer {
            return writer.write(work).await;
        }
        let inner = Arc::clone(&self.0);
        let mut work = work;
        blocking(move || {
            let mut conn = inner.connection()?;
            for attempt in 1..ATTEMPTS {
                let outcome = try_once(&mut conn, &mut work);
                let repeat = match again() {
                    Again::No => false,
                    Again::Once => attempt == 1,
                    Again::Yes => true,
                };
                if outcome.is_ok() || !repeat {
                    return outcome;
                }
                std::thread::sleep(back_off(attempt));
            }
            try_once(&mut conn, &mut work)
        })
        .await
    }

    /// Checks that the database answers and has the schema of this program.
    ///
    /// # Errors
    /// [`StoreError`] with the obstacle.
    pub async fn is_ready(&self) -> Result<()> {
        self.read(|conn| {
            conn.batch_execute("SELECT 1")?;
            migrate::must_be_current(conn)
        })
        .await
    }
}

impl Inner {
    fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.pool.get().map_err(|_| StoreError::Busy)
    }
}

fn try_once<T, E: From<StoreError>>(
    conn: &mut Conn,
    work: &mut impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    start_attempt();
    conn.begin(Begin::Exclusive).map_err(StoreError::from)?;
    let done = guarded(|| work(conn));
    if done.is_ok() {
        // Diesel rolls back when a commit fails.
        conn.commit().map_err(StoreError::from)?;
    } else {
        conn.rollback().map_err(StoreError::from)?;
    }
    done
}

/// Delay before the next attempt: grows with `attempt`, plus jitter so that competing writers do
/// not collide again.
fn back_off(attempt: u32) -> Duration {
    let spread = std::time::Instant::now().elapsed().subsec_nanos() % 7;
    let chance = u64::from(spread) + u64::from(std::process::id() % 5);
    Duration::from_millis(u64::from(attempt.min(8)) * 3 + chance)
}

async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(StoreError::broken(e).into()))
}
