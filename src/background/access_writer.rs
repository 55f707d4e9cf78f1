//! Stores what the access log counted in memory, in small batches, binds each past day by an event,
//! and deletes days that are too old. Each server instance runs one. No request waits for it; what was
//! counted in the last second is lost when the process is killed.

use std::sync::Arc;

use crate::background::task::{Batches, Pruning, Task, store_batches};
use crate::domain::access_log::day::AccessDay;
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::access_log::{AccessBatch, AccessLine, start_of_day, start_of_minute};
use crate::domain::clock::{Clock, Timestamp};
use crate::http::access_recorder::AccessRecorder;
use crate::http::app::App;
use crate::store::access_log::{self, Room, days};
use crate::store::{Db, StoreError};
use crate::usecases::access_days::{self, Kept};

/// Most lines stored in one transaction, so that other writes wait for it a few milliseconds at most.
const LINES_AT_ONCE: usize = 100;

/// Starts a writer. When it is told to stop it stores what was counted last.
pub(crate) fn start(app: &App) -> Task {
    let writing = Writing {
        db: app.db.clone(),
        clock: Arc::clone(&app.clock),
        recorder: app.access.clone(),
        room: None,
        log_ins: app.log_ins.clone(),
        binding: None,
        pruning: Pruning::after_days(app.config.access_log_days.into()),
        kept_days: app.config.access_log_days,
    };
    Task::start(|stopping| store_batches(writing, stopping))
}

struct Writing {
    db: Db,
    clock: Arc<dyn Clock>,
    recorder: AccessRecorder,
    /// Day, and the room that is left in it.
    room: Option<(Timestamp, Room)>,
    log_ins: LogInRoom,
    /// When it was last asked which day is over.
    binding: Option<Timestamp>,
    pruning: Pruning,
    kept_days: u32,
}

impl Batches for Writing {
    const WHAT: &'static str = "lines of the access log";

    /// Stores what was counted, in parts. What cannot be stored is lost, and the log of the program says so.
    async fn store(&mut self) -> Result<(), StoreError> {
        let AccessBatch { lines, mut left_out } = self.recorder.take();
        left_out.extend(self.log_ins.take_left_out());
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

    /// Binds days before it deletes any.
    async fn prune(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.bind_days(now).await?;
        let Some(before) = self.pruning.due(now) else { return Ok(()) };
        let kept = Kept { from: AccessDay::of(before), days: self.kept_days };
        let start = kept.from.start();
        while self.db.read(move |conn| access_log::any_before(conn, start)).await? {
            self.db.write(move |conn| access_days::delete_before(conn, kept, now)).await?;
        }
        Ok(())
    }
}

impl Writing {
    /// Binds every day that is over. The lines are hashed in a snapshot, so that no write waits for that.
    async fn bind_days(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let minute = start_of_minute(now);
        if self.binding == Some(minute) {
            return Ok(());
        }
        while let Some(due) = self.db.read(move |conn| days::due(conn, now)).await? {
            if !self.db.write(move |conn| access_days::bind(conn, &due, now)).await? {
                break;
            }
        }
        self.binding = Some(minute);
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
}
