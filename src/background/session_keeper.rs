//! Stores when sessions were last used, and deletes those that ended long ago. Each server instance
//! runs one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::domain::clock::{Clock, Timestamp};
use crate::http::app::App;
use crate::http::session_uses::SessionUses;
use crate::store::accounts::sessions;
use crate::store::{Db, StoreError};

/// Interval between two batches.
const PAUSE: Duration = Duration::from_secs(1);
/// Most uses stored in one transaction, so that other writes wait for it a few milliseconds at most.
const USES_AT_ONCE: usize = 100;
/// Hours between deletions of ended sessions.
const PRUNE_HOURS: i64 = 1;

/// A running keeper; dropping it aborts its work.
#[derive(Debug)]
pub(crate) struct SessionKeeper {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Drop for SessionKeeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SessionKeeper {
    /// Starts a keeper.
    pub(crate) fn start(app: &App) -> Self {
        let (stop, stopping) = watch::channel(false);
        let keeping = Keeping {
            db: app.db.clone(),
            clock: Arc::clone(&app.clock),
            uses: app.session_uses.clone(),
            kept_hours: i64::from(app.config.ended_session_days) * 24,
            pruned_at: None,
        };
        Self { stop, task: tokio::spawn(keeping.run(stopping)) }
    }

    /// Stores the uses that wait, and returns.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.send(true);
        let _ = (&mut self.task).await;
    }
}

struct Keeping {
    db: Db,
    clock: Arc<dyn Clock>,
    uses: SessionUses,
    kept_hours: i64,
    pruned_at: Option<Timestamp>,
}

impl Keeping {
    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(PAUSE) => false,
                _ = stopping.changed() => true,
            };
            if let Err(error) = self.store().await {
                warn!("cannot store when sessions were used: {error}");
            }
            if is_last {
                return;
            }
            if let Err(error) = self.prune().await {
                warn!("cannot delete ended sessions: {error}");
            }
        }
    }

    /// Deletes sessions that ended longer ago than they are kept, a bounded number per transaction.
    async fn prune(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.pruned_at.is_some_and(|at| at.plus_hours(PRUNE_HOURS) > now) {
            return Ok(());
        }
        self.pruned_at = Some(now);
        let before = now.plus_hours(-self.kept_hours);
        while self.db.read(move |conn| sessions::any_ended_before(conn, before)).await? {
            self.db.write(move |conn| sessions::forget(conn, before)).await?;
        }
        Ok(())
    }

    /// Stores the uses that wait. What cannot be stored is tried again.
    async fn store(&self) -> Result<(), StoreError> {
        loop {
            let uses = self.uses.unstored(USES_AT_ONCE);
            if uses.is_empty() {
                return Ok(());
            }
            let batch = uses.clone();
            self.db.write(move |conn| sessions::note_uses(conn, &batch)).await?;
            self.uses.stored(&uses);
        }
    }
}
