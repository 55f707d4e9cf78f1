//! Writer thread of SQLite. It runs the waiting jobs as a group, each under a savepoint, commits
//! once, and acknowledges them after the commit.
//!
//! One commit for many jobs makes durable writes fast, because the disk is synced once per group.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tokio::sync::oneshot;

use crate::store::conn::{Begin, Conn, Use};
use crate::store::error::{Result, StoreError, start_attempt, was_full};
use crate::store::read_gate::ReadGate;
use crate::store::record::{self, RecordKey};
use crate::store::rehearsal::{REHEARSED, read_only};
use crate::store::url::DatabaseUrl;
use crate::store::wal::Wal;

/// Maximum number of jobs per commit; limits how long the first job waits.
const LARGEST_GROUP: usize = 256;
/// Time without a write after which the writer is at rest.
const REST: Duration = Duration::from_secs(2);
/// Longest time between two attempts to clean up at rest.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// Job that waits for its commit.
trait Job: Send {
    /// Runs the job; returns true on success.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Sends the outcome to the caller, or the error of the commit.
    fn acknowledge(self: Box<Self>, commit: &Result<()>);
    /// File that must be attached while the job runs.
    fn attachment(&self) -> Option<&Path>;
}

struct Work<T, E, F> {
    task: F,
    attachment: Option<PathBuf>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let outcome = guarded(|| {
            let done = (self.task)(conn)?;
            record::finish(conn)?;
            Ok(done)
        });
        let succeeded = outcome.is_ok();
        self.outcome = Some(outcome);
        succeeded
    }

    fn acknowledge(self: Box<Self>, commit: &Result<()>) {
        let outcome = match (self.outcome, commit) {
            (Some(Err(e)), _) => Err(e),
            (_, Err(e)) => Err(e.clone().into()),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(StoreError::broken("a job was not run").into()),
        };
        // The caller may have been cancelled; the work is committed anyway.
        let _ = self.reply.send(outcome);
    }

    fn attachment(&self) -> Option<&Path> {
        self.attachment.as_deref()
    }
}

/// Runs `work` and converts a panic in it into an error.
pub(super) fn guarded<T, E: From<StoreError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked");
        Err(StoreError::broken(text).into())
    })
}

/// Handle to the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread with its own connection to the file at `path`. Reads pass `gate`, and `key`
    /// signs the events.
    pub(super) fn start(
        path: &Path,
        key: RecordKey,
        full: Arc<AtomicBool>,
        gate: Arc<ReadGate>,
    ) -> Result<Self> {
        let url = DatabaseUrl::Sqlite(path.to_owned());
        let conn = Conn::open(&url, Use::Write)?;
        let wal = Wal::of(path, gate);
        let (jobs, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                let thread = Thread { url, conn, full, wal, lists: false };
                key.during(|| thread.serve(&waiting));
            })
            .map_err(StoreError::broken)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Sends `work` to the thread and waits until it is committed or has failed.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.send(work, None).await
    }

    /// As [`Writer::write`], in a transaction of its own with the file `attachment` attached.
    pub(super) async fn write_attached<T, E, F>(&self, attachment: &Path, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.send(work, Some(attachment.to_owned())).await
    }

    async fn send<T, E, F>(&self, work: F, attachment: Option<PathBuf>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let gone = || E::from(StoreError::broken("the writer has stopped"));
        let (reply, outcome) = oneshot::channel();
        let job = Box::new(Work { task: work, attachment, outcome: None, reply });
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    /// Runs the waiting jobs, then stops the thread.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Thread {
    url: DatabaseUrl,
    conn: Conn,
    /// True while the disk is full.
    full: Arc<AtomicBool>,
    wal: Wal,
    /// True once the connection lists what it writes.
    lists: bool,
}

impl Thread {
    fn serve(mut self, waiting: &Receiver<Box<dyn Job>>) {
        while let Some(first) = self.next(waiting) {
            let mut group = vec![first];
            group.extend(waiting.try_iter().take(LARGEST_GROUP - 1));
            // A file can be attached outside a transaction only.
            let (attached, plain): (Vec<_>, Vec<_>) =
                group.into_iter().partition(|job| job.attachment().is_some());
            if !plain.is_empty() {
                self.run_all(plain);
            }
            for job in attached {
                self.run_attached(job);
            }
            self.wal.keep_short(&mut self.conn);
        }
    }

    /// Waits for a job; `None` when the handle is gone. Cleans up when none has come for a while.
    fn next(&mut self, waiting: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
        let mut rest = REST;
        loop {
            match waiting.recv_timeout(rest) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if self.wal.is_short_at_rest(&mut self.conn) => {
                    // Gives the memory of its cache back. It is of no use if it fails.
                    let _ = self.conn.batch_execute("PRAGMA shrink_memory");
                    return waiting.recv().ok();
                }
                // A long read keeps the log in use: it is asked more and more rarely.
                Err(RecvTimeoutError::Timeout) => rest = (rest * 2).min(LONGEST_REST),
            }
        }
    }

    /// Runs and acknowledges a group.
    fn run_all(&mut self, mut group: Vec<Box<dyn Job>>) {
        let commit = self.run(&mut group);
        if was_full() {
            self.full.store(true, Ordering::Relaxed);
        } else if commit.is_ok() {
            self.full.store(false, Ordering::Relaxed);
        }
        for job in group {
            job.acknowledge(&commit);
        }
        if !self.conn.is_idle() {
            self.reopen();
        }
    }

    fn run_attached(&mut self, job: Box<dyn Job>) {
        let file = job.attachment().map(read_only).unwrap_or_default();
        let attached = self.conn.batch_execute(&format!("ATTACH '{file}' AS {REHEARSED}"));
        if let Err(e) = attached {
            return job.acknowledge(&Err(e.into()));
        }
        self.run_all(vec![job]);
        if let Err(e) = self.conn.batch_execute(&format!("DETACH {REHEARSED}")) {
            tracing::warn!("the writer cannot detach a file: {e}");
            self.reopen();
        }
    }

    fn run(&mut self, group: &mut [Box<dyn Job>]) -> Result<()> {
        start_attempt();
        if !self.lists {
            self.lists = record::list_writes(&mut self.conn)?;
        }
        self.conn.begin(Begin::Exclusive)?;
        let done = group.iter_mut().try_for_each(|job| run_alone(&mut self.conn, job.as_mut()));
        let commit = done.and_then(|()| Ok(self.conn.commit()?));
        if commit.is_err() {
            // The commit failed, so every job of the group gets its error.
            let _ = self.conn.rollback();
        }
        // SQLite may have given up the whole transaction when one job found the disk full.
        commit.map_err(|e| if was_full() { StoreError::Full(e.to_string()) } else { e })
    }

    /// Reopens the connection after a failure left it inside a transaction, for example a full
    /// disk.
    fn reopen(&mut self) {
        match Conn::open(&self.url, Use::Write) {
            Ok(conn) => {
                self.conn = conn;
                self.lists = false;
            }
            Err(e) => tracing::error!("the writer cannot reopen its database: {e}"),
        }
    }
}

/// Runs a job under a savepoint, so that its failure does not affect the other jobs.
fn run_alone(conn: &mut Conn, job: &mut dyn Job) -> Result<()> {
    conn.savepoint()?;
    if job.run(conn) {
        conn.commit()?;
    } else {
        conn.rollback()?;
    }
    Ok(())
}
