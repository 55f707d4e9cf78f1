//! Stores what the access log counted in memory, in small batches, and deletes what is too old. Each
//! server instance runs one. No request waits for it; what was counted in the last second is lost
//! when the process is killed.

use std::sync::Arc;

use crate::background::task::{Batches, Pruning, Task, store_batches};
use crate::domain::access_log::{AccessBatch, AccessLine, start_of_day};
use crate::domain::clock::{Clock, Timestamp};
use crate::http::access_recorder::AccessRecorder;
use crate::http::app::App;
use crate::store::access_log::{self, Room};
use crate::store::{Db, StoreError};

/// Most lines stored in one transaction, so that other writes wait for it a few milliseconds at most.
const LINES_AT_ONCE: usize = 100;

/// Starts a writer. When it is told to stop it stores what was counted last.
pub(crate) fn start(app: &App) -> Task {
    let writing = Writing {
        db: app.db.clone(),
        clock: Arc::clone(&app.clock),
        recorder: app.access.clone(),
        room: None,
        pruning: Pruning::after_days(app.config.access_log_days.into()),
    };
    Task::start(|stopping| store_batches(writing, stopping))
}

struct Writing {
    db: Db,
    clock: Arc<dyn Clock>,
    recorder: AccessRecorder,
    /// Day, and the room that is left in it.
    room: Option<(Timestamp, Room)>,
    pruning: Pruning,
}

impl Batches for Writing {
    const WHAT: &'static str = "lines of the access log";

    /// Stores what was counted, in parts. What cannot be stored is lost, and the log of the program says so.
    async fn store(&mut self) -> Result<(), StoreError> {
        let AccessBatch { lines, mut left_out } = self.recorder.take();
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

    async fn prune(&mut self) -> Result<(), StoreError> {
        let Some(before) = self.pruning.due(self.clock.now()) else { return Ok(()) };
        while self.db.read(move |conn| access_log::any_before(conn, before)).await? {
            self.db.write(move |conn| access_log::forget(conn, before)).await?;
        }
        Ok(())
    }
}

impl Writing {
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
}
