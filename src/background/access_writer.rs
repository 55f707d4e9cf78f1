//! Stores what the access log counted in memory, in small batches, and deletes what is too old. Each
//! server instance runs one. No request waits for it; what was counted in the last second is lost
//! when the process is killed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::domain::access_log::{AccessBatch, AccessLine, start_of_day};
use crate::domain::clock::{Clock, Timestamp};
use crate::http::access_recorder::AccessRecorder;
use crate::http::app::App;
use crate::store::access_log::{self, Room};
use crate::store::{Db, StoreError};

/// Interval between two batches.
const PAUSE: Duration = Duration::from_secs(1);
/// Most lines stored in one transaction, so that other writes wait for it a few milliseconds at most.
const LINES_AT_ONCE: usize = 100;
/// Hours between deletions of old lines.
const PRUNE_HOURS: i64 = 1;

/// A running writer of the access log; dropping it aborts its work.
#[derive(Debug)]
pub(crate) struct AccessWriter {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Drop for AccessWriter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl AccessWriter {
    /// Starts a writer.
    pub(crate) fn start(app: &App) -> Self {
        let (stop, stopping) = watch::channel(false);
        let writing = Writing {
            db: app.db.clone(),
            clock: Arc::clone(&app.clock),
            recorder: app.access.clone(),
            kept_hours: i64::from(app.config.access_log_days) * 24,
            room: None,
            pruned_at: None,
        };
        Self { stop, task: tokio::spawn(writing.run(stopping)) }
    }

    /// Stores what was counted last, and returns.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.send(true);
        let _ = (&mut self.task).await;
    }
}

struct Writing {
    db: Db,
    clock: Arc<dyn Clock>,
    recorder: AccessRecorder,
    kept_hours: i64,
    /// Day, and the room that is left in it.
    room: Option<(Timestamp, Room)>,
    pruned_at: Option<Timestamp>,
}

impl Writing {
    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(PAUSE) => false,
                _ = stopping.changed() => true,
            };
            let batch = self.recorder.take();
            if let Err(error) = self.store(batch).await {
                warn!("cannot store the access log: {error}");
            }
            if is_last {
                return;
            }
            if let Err(error) = self.prune().await {
                warn!("cannot delete old lines of the access log: {error}");
            }
        }
    }

    /// Stores a batch in parts. What cannot be stored is lost, and the log of the program says so.
    async fn store(&mut self, batch: AccessBatch) -> Result<(), StoreError> {
        let AccessBatch { lines, mut left_out } = batch;
        let mut parts: Vec<Vec<AccessLine>> =
            lines.chunks(LINES_AT_ONCE).map(<[AccessLine]>::to_vec).collect();
        if parts.is_empty() && !left_out.is_empty() {
            parts.push(Vec::new());
        }
        for lines in parts {
            let part = AccessBatch { lines, left_out: std::mem::take(&mut left_out) };
            let room = self.room_of_today().await?;
            let kept = room.clone();
            let saved = self.db.write(move |conn| access_log::save(conn, &part, kept.clone()));
            let left = saved.await?;
            self.room = self.room.take().map(|(day, _)| (day, left));
        }
        Ok(())
    }

    async fn room_of_today(&mut self) -> Result<Room, StoreError> {
        let now = self.clock.now();
        let today = start_of_day(now);
        if let Some((day, room)) = &self.room
            && *day == today
        {
            return Ok(room.clone());
        }
        let room = self.db.read(move |conn| Room::of_day(conn, now)).await?;
        self.room = Some((today, room.clone()));
        Ok(room)
    }

    /// Deletes lines that are older than they are kept, a bounded number per transaction.
    async fn prune(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.pruned_at.is_some_and(|at| at.plus_hours(PRUNE_HOURS) > now) {
            return Ok(());
        }
        self.pruned_at = Some(now);
        let before = now.plus_hours(-self.kept_hours);
        while self.db.read(move |conn| access_log::any_before(conn, before)).await? {
            self.db.write(move |conn| access_log::forget(conn, before)).await?;
        }
        Ok(())
    }
}
