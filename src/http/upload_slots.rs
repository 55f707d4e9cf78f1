//! Bounds how many uploaded files are read at once, beside the workers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// Files read at once. What one costs is bounded, so what all of them cost is bounded too.
const AT_ONCE: usize = 2;
/// Longest wait of a file for its turn, in seconds.
const PATIENCE_SECONDS: u64 = 20;

/// A bounded number of files being read at once.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// Waits for a turn, which ends when it is dropped.
    ///
    /// # Errors
    /// 503 when it takes too long.
    pub async fn next(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.0).acquire_owned();
        let turn = tokio::time::timeout(Duration::from_secs(PATIENCE_SECONDS), turn).await;
        turn.map_err(|_| Problem::busy())?.map_err(Problem::broken)
    }
}
