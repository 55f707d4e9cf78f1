//! A task that runs beside requests, and what tasks do from time to time.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::domain::clock::Timestamp;
use crate::store::StoreError;

/// Interval between two batches.
const PAUSE: Duration = Duration::from_secs(1);
/// Hours between deletions of old rows.
const PRUNE_HOURS: i64 = 1;

/// A running task; dropping it aborts its work.
#[derive(Debug)]
pub(crate) struct Task {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Task {
    /// Starts the work that `work` makes of the signal to stop.
    pub(super) fn start<W>(work: impl FnOnce(watch::Receiver<bool>) -> W) -> Self
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        Self { stop, running: tokio::spawn(work(stopping)) }
    }

    /// As [`Task::start`], on the thread that starts it.
    pub(super) fn start_local<W>(work: impl FnOnce(watch::Receiver<bool>) -> W) -> Self
    where
        W: Future<Output = ()> + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        Self { stop, running: tokio::task::spawn_local(work(stopping)) }
    }

    /// Tells the task to stop, and returns when it has ended what it does.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Err(error) = (&mut self.running).await {
            warn!("a background task ended early: {error}");
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.running.abort();
    }
}

/// What requests leave in memory to be stored in small batches. No request waits for it.
pub(super) trait Batches: Send + 'static {
    /// What is stored, for the log of the program.
    const WHAT: &'static str;

    /// Stores what waits.
    fn store(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes what is older than it is kept, a bounded number of rows per transaction.
    fn prune(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Stores batches until it is told to stop, and then what waits.
pub(super) async fn store_batches<B: Batches>(mut batches: B, mut stopping: watch::Receiver<bool>) {
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(PAUSE) => false,
            _ = stopping.changed() => true,
        };
        if let Err(error) = batches.store().await {
            warn!("cannot store {}: {error}", B::WHAT);
        }
        if is_last {
            return;
        }
        if let Err(error) = batches.prune().await {
            warn!("cannot delete old {}: {error}", B::WHAT);
        }
    }
}

/// When old rows are deleted.
pub(super) struct Pruning {
    kept_hours: i64,
    last: Option<Timestamp>,
}

impl Pruning {
    /// Rows are kept for `days`.
    pub(super) fn after_days(days: i64) -> Self {
        Self { kept_hours: days * 24, last: None }
    }

    /// The instant before which rows are deleted; `None` if that was done within the hour.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.last.is_some_and(|at| at.plus_hours(PRUNE_HOURS) > now) {
            return None;
        }
        self.last = Some(now);
        Some(now.plus_hours(-self.kept_hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_rows_are_deleted_once_an_hour() {
        let now = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
        let mut pruning = Pruning::after_days(2);

        assert_eq!(pruning.due(now), Some(now.plus_hours(-48)));
        assert_eq!(pruning.due(now.plus_seconds(3_599)), None);
        assert_eq!(pruning.due(now.plus_hours(1)), Some(now.plus_hours(-47)));
    }
}
