//! Limits how many uploaded files are read at the same time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// Files read at the same time. Memory and time of one file are bounded, so their total is too.
const SLOTS: usize = 2;
/// Longest wait for a slot, in seconds.
const WAIT_SECONDS: u64 = 20;

/// Slots for files that are being read.
#[derive(Clone, Debug)]
pub(crate) struct UploadSlots(Arc<Semaphore>);

impl Default for UploadSlots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SLOTS)))
    }
}

impl UploadSlots {
    /// Waits for a slot; dropping the permit frees it.
    ///
    /// # Errors
    /// 503 when none is free after 20 s.
    pub(crate) async fn acquire(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let slot = Arc::clone(&self.0).acquire_owned();
        let slot = tokio::time::timeout(Duration::from_secs(WAIT_SECONDS), slot).await;
        slot.map_err(|_| Problem::busy())?.map_err(Problem::broken)
    }
}
