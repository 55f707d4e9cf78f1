//! Handle to the database: [`Db::read`] and [`Db::write`] run transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{Pool, PooledConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::blocking::{Late, blocking, unlimited};
use crate::store::conn::{Begin, Conn, DbOptions, Manager, Use};
use crate::store::error::{Again, Result, StoreError, again, start_attempt, was_full};
use crate::store::read_gate::ReadGate;
use crate::store::record::{self, RecordKey};
use crate::store::rehearsal::ids::{self, ReservedIds};
use crate::store::rehearsal::{Rehearsal, RehearsalPlan, Rehearsed};
use crate::store::url::DatabaseUrl;
use crate::store::writer::{Writer, guarded};
use crate::store::{migrate, wal};

/// Maximum number of attempts of a write on PostgreSQL when it conflicts with other writes.
const ATTEMPTS: u32 = 20;

/// How long a long write may take on PostgreSQL.
const LONG: Duration = Duration::from_hours(1);

/// Time without use after which a connection is closed, which gives its memory back.
const UNUSED: Duration = Duration::from_mins(1);

/// Room on the disk below which it is tried out, in bytes.
const LITTLE_ROOM: u64 = 16 << 20;

/// Database handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: DatabaseUrl,
    /// Signs the events; `None` if every write is refused.
    key: Option<RecordKey>,
    pool: Pool<Manager>,
    /// One place per connection: work that waits for a connection holds no thread meanwhile.
    places: Arc<Semaphore>,
    /// How long work waits for a place, and then for its connection.
    wait: Duration,
    /// Writer thread of SQLite; `None` on PostgreSQL, which writes through the pool.
    writer: Option<Writer>,
    /// Passed by every read on SQLite.
    gate: Option<Arc<ReadGate>>,
    /// True after a write found the disk full, until another succeeds.
    full: Arc<AtomicBool>,
    /// How long a transaction on PostgreSQL may take.
    deadline: Duration,
}

impl Db {
    /// Opens the database after a test connection succeeded; `key` signs the events it writes.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the database cannot be opened.
    pub fn open(url: &DatabaseUrl, key: &RecordKey, options: DbOptions) -> Result<Self> {
        let full = Arc::new(AtomicBool::new(false));
        let (writer, gate) = match url {
            DatabaseUrl::Sqlite(path) => {
                let gate = Arc::new(ReadGate::default());
                let writer =
                    Writer::start(path, key.clone(), Arc::clone(&full), Arc::clone(&gate))?;
                (Some(writer), Some(gate))
            }
            DatabaseUrl::Postgres(_) => {
                Conn::open(url, Use::Write)?;
                (None, None)
            }
        };
        let key = Some(key.clone());
        Ok(Self(Arc::new(Inner { key, writer, gate, full, ..Inner::reading(url, options) })))
    }

    /// Opens the database to read alone: every write is refused with [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// As [`Db::open`].
    pub(crate) fn open_read_only(url: &DatabaseUrl, options: DbOptions) -> Result<Self> {
        Conn::open(url, Use::Read)?;
        Ok(Self(Arc::new(Inner::reading(url, options))))
    }

    /// True if every write is refused.
    pub(crate) fn is_read_only(&self) -> bool {
        self.0.key.is_none()
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
        let late = Late { after: self.0.deadline, error: StoreError::Unreachable };
        let place = inner.place().await?;
        blocking(late, move || {
            let _place = place;
            let mut conn = inner.connection()?;
            // After the connection was taken, so that a read that waits for one holds nobody up.
            let _reading = inner.gate.as_ref().map(|gate| gate.enter());
            conn.begin(Begin::Snapshot).map_err(StoreError::from)?;
            let seen = guarded(|| look(&mut conn));
            // Nothing was written; the rollback only returns the connection to the pool outside a
            // transaction. If it fails, the pool drops the connection.
            let _ = conn.rollback();
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
        self.write_within(self.0.deadline * 2, work).await
    }

    /// As [`Db::write`], for work that may take an hour on PostgreSQL.
    pub async fn write_long<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.write_within(LONG, work).await
    }

    async fn write_within<T, E, F>(&self, deadline: Duration, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let Some(key) = self.0.key.clone() else {
            return Err(StoreError::ReadOnly.into());
        };
        if let Some(writer) = &self.0.writer {
            return writer.write(work).await;
        }
        let inner = Arc::clone(&self.0);
        let mut work = work;
        let late = Late { after: deadline, error: StoreError::OutcomeUnknown };
        let place = inner.place().await?;
        blocking(late, move || {
            let _place = place;
            let mut conn = inner.connection()?;
            for attempt in 1..ATTEMPTS {
                let outcome = key.during(|| try_once(&mut conn, &mut work));
                inner.note_room(outcome.is_ok());
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
            key.during(|| try_once(&mut conn, &mut work))
        })
        .await
    }

    /// Rehearses `work` on copies of the tables of `plan`, while others write. `None` on PostgreSQL,
    /// where a long transaction does not stop others.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn rehearse<T, E>(
        &self,
        plan: RehearsalPlan,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<Option<(T, Rehearsed)>, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let DatabaseUrl::Sqlite(path) = self.0.url.clone() else {
            return Ok(None);
        };
        let rows = plan.rows;
        let rehearsal = unlimited(move || Rehearsal::open(&path, &plan)).await??;
        let tables = rehearsal.numbered();
        let ids = if tables.is_empty() {
            ReservedIds::default()
        } else {
            // After the snapshot was taken, so that none of its rows has a reserved id.
            self.write(move |conn| ids::reserve(conn, &tables, rows)).await?
        };
        let kept = ids.clone();
        let run = move || match guarded(|| Ok::<_, StoreError>(rehearsal.run(ids, work))) {
            Ok(done) => done,
            Err(panic) => Err((panic.into(), kept)),
        };
        match unlimited(run).await? {
            Ok(done) => Ok(Some(done)),
            Err((error, ids)) => {
                self.release(ids).await;
                Err(error)
            }
        }
    }

    /// Runs `work` in a write transaction to which the rows of `rehearsed` are attached. Gives its
    /// ids back if `work` fails.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn write_rehearsed<T, E, F>(&self, rehearsed: Rehearsed, mut work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn, &Rehearsed) -> Result<T, E> + Send + 'static,
    {
        let Some(writer) = &self.0.writer else {
            return Err(StoreError::broken("a rehearsal without a writer").into());
        };
        let ids = rehearsed.ids();
        let file = rehearsed.file().to_owned();
        let done = writer.write_attached(&file, move |conn| work(conn, &rehearsed)).await;
        if done.is_err() {
            self.release(ids).await;
        }
        done
    }

    async fn release(&self, ids: ReservedIds) {
        if ids.is_empty() {
            return;
        }
        if let Err(e) = self.write(move |conn| ids::release(conn, &ids)).await {
            tracing::warn!("ids of a rehearsal stay unused: {e}");
        }
    }

    /// Takes what was erased out of the files of the database: out of the write-ahead log of SQLite, and
    /// by a vacuum out of `tables` of PostgreSQL. A failure is logged: the database does the same later.
    pub(crate) async fn scrub(&self, tables: &'static [&'static str]) {
        let inner = Arc::clone(&self.0);
        let scrubbed = unlimited(move || match (&inner.url, &inner.gate) {
            (DatabaseUrl::Sqlite(path), Some(gate)) => wal::empty_now(path, gate),
            (DatabaseUrl::Sqlite(_), None) => Ok(true),
            (url @ DatabaseUrl::Postgres(_), _) => {
                let mut conn = Conn::open(url, Use::Write)?;
                conn.batch_execute("SET statement_timeout = 0")?;
                let mut done = Ok(true);
                for table in tables {
                    // One that fails stops none of the others.
                    if let Err(e) =
                        conn.batch_execute(&format!("VACUUM (INDEX_CLEANUP ON) {table}"))
                    {
                        done = Err(e.into());
                    }
                }
                done
            }
        });
        match scrubbed.await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => tracing::warn!("the write-ahead log still holds what was erased"),
            Ok(Err(e)) | Err(e) => tracing::warn!("what was erased is still in the files: {e}"),
        }
    }

    /// Checks that the database answers and has the schema of this program, and when its disk is or
    /// was nearly full that it can be written to.
    ///
    /// # Errors
    /// [`StoreError`] with the obstacle.
    pub async fn is_ready(&self) -> Result<()> {
        self.read(|conn| {
            conn.batch_execute("SELECT 1")?;
            migrate::must_be_current(conn)
        })
        .await?;
        if self.0.full.load(Ordering::Relaxed) || self.0.is_short_of_room() {
            self.write(write_something).await?;
        }
        Ok(())
    }
}

/// Writes what changes nothing, to learn whether there is room.
fn write_something(conn: &mut Conn) -> Result<()> {
    let sql = match conn {
        Conn::Sqlite(_) => "PRAGMA user_version = 1",
        Conn::Postgres(_) => {
            "CREATE TEMPORARY TABLE room (text text) ON COMMIT DROP; INSERT INTO room VALUES ('')"
        }
    };
    Ok(conn.batch_execute(sql)?)
}

impl Inner {
    /// A database that is read alone.
    fn reading(url: &DatabaseUrl, options: DbOptions) -> Self {
        let is_postgres = matches!(url, DatabaseUrl::Postgres(_));
        let wanted = if is_postgres { Use::Write } else { Use::Read };
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(0))
            .connection_timeout(options.wait)
            .idle_timeout(Some(UNUSED))
            // Test connections only for PostgreSQL, because its server may have been restarted.
            .test_on_check_out(is_postgres)
            .build_unchecked(Manager { url: url.clone(), wanted });
        let places = usize::try_from(options.connections).unwrap_or(1);
        Self {
            url: url.clone(),
            key: None,
            pool,
            places: Arc::new(Semaphore::new(places)),
            wait: options.wait,
            writer: None,
            gate: None,
            full: Arc::new(AtomicBool::new(false)),
            deadline: options.deadline,
        }
    }

    /// Remembers whether the last write on this thread found the disk full.
    fn note_room(&self, done: bool) {
        if was_full() {
            self.full.store(true, Ordering::Relaxed);
        } else if done {
            self.full.store(false, Ordering::Relaxed);
        }
    }

    /// True if less than [`LITTLE_ROOM`] is left on the disk of the SQLite database.
    fn is_short_of_room(&self) -> bool {
        #[cfg(unix)]
        if let DatabaseUrl::Sqlite(file) = &self.url
            && let Ok(disk) = rustix::fs::statvfs(file)
        {
            return disk.f_bavail.saturating_mul(disk.f_frsize) < LITTLE_ROOM;
        }
        false
    }

    /// Waits for a place among those who use a connection. The work keeps it to its end, even when
    /// nobody waits for that any more.
    async fn place(&self) -> Result<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(self.wait, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(StoreError::Busy),
        }
    }

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
    let done = guarded(|| {
        let done = work(conn)?;
        record::finish(conn)?;
        Ok(done)
    });
    if done.is_ok() {
        // Diesel rolls back when a commit fails.
        conn.commit().map_err(StoreError::of_commit)?;
    } else {
        // If it fails, the pool drops the connection.
        let _ = conn.rollback();
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
