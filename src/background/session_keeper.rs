//! Stores when sessions were last used, and deletes those that ended long ago. Each server instance
//! runs one.

use std::sync::Arc;

use crate::background::task::{Batches, Pruning, Task, store_batches};
use crate::domain::clock::Clock;
use crate::http::app::App;
use crate::http::session_uses::SessionUses;
use crate::store::accounts::sessions;
use crate::store::{Db, StoreError};

/// Most uses stored in one transaction, so that other writes wait for it a few milliseconds at most.
const USES_AT_ONCE: usize = 100;

/// Starts a keeper. When it is told to stop it stores the uses that wait.
pub(crate) fn start(app: &App) -> Task {
    let keeping = Keeping {
        db: app.db.clone(),
        clock: Arc::clone(&app.clock),
        uses: app.session_uses.clone(),
        pruning: Pruning::after_days(app.config.ended_session_days.into()),
    };
    Task::start(|stopping| store_batches(keeping, stopping))
}

struct Keeping {
    db: Db,
    clock: Arc<dyn Clock>,
    uses: SessionUses,
    pruning: Pruning,
}

impl Batches for Keeping {
    const WHAT: &'static str = "uses of sessions";

    /// Stores the uses that wait. What cannot be stored is tried again.
    async fn store(&mut self) -> Result<(), StoreError> {
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

    async fn prune(&mut self) -> Result<(), StoreError> {
        let Some(before) = self.pruning.due(self.clock.now()) else { return Ok(()) };
        while self.db.read(move |conn| sessions::any_ended_before(conn, before)).await? {
            self.db.write(move |conn| sessions::forget(conn, before)).await?;
        }
        Ok(())
    }
}
