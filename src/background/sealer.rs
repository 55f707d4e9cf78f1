//! The sealer: gives committed events their sequence and hashes, a moment after they are committed.
//! Every instance has one; one at a time works. What it leaves when it is killed is sealed later.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::store::events::seal;
use crate::store::{Db, StoreError};

/// How long an event waits to be sealed at most, when nothing is in the way.
const PAUSE: Duration = Duration::from_millis(200);
/// How long to leave a database alone that did not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// A sealer at work; stops when it is dropped.
#[derive(Debug)]
pub struct Sealer(JoinHandle<()>);

impl Drop for Sealer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Sealer {
    /// Starts one, which tells `sealed` whenever there is something new to read.
    pub fn start(db: Db, sealed: Arc<Notify>) -> Self {
        Self(tokio::spawn(async move {
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
        }))
    }
}

/// Seals what waits, if anything does: looking costs no write.
async fn once(db: &Db) -> Result<usize, StoreError> {
    if db.read(seal::is_due).await? { db.write(seal::seal).await } else { Ok(0) }
}
