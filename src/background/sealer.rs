//! The sealer: gives committed events their sequence number and hash, shortly after the commit.
//! Each server instance runs one; the database lets one at a time work. Events left unsealed by a
//! killed instance are sealed later.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tracing::warn;

use crate::background::task::Task;
use crate::store::events::seal;
use crate::store::{Db, StoreError};

/// Polling interval, and so the usual maximum delay before an event is sealed.
const PAUSE: Duration = Duration::from_millis(200);
/// Pause after a database failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Starts a sealer that notifies `sealed` whenever new events are readable.
pub(crate) fn start(db: Db, sealed: Arc<Notify>) -> Task {
    Task::start(|_| async move {
        loop {
            let pause = match once(&db).await {
                Ok(0) => PAUSE,
                Ok(_) => {
                    sealed.notify_waiters();
                    Duration::ZERO
                }
                Err(error) => {
                    warn!("cannot seal events: {error}");
                    AFTER_FAILURE
                }
            };
            tokio::time::sleep(pause).await;
        }
    })
}

/// Seals waiting events and returns their number. Takes the write lock only if there are any.
async fn once(db: &Db) -> Result<usize, StoreError> {
    if db.read(seal::is_due).await? { db.write(seal::seal).await } else { Ok(0) }
}
