//! Limits how many lists are read to their end at the same time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// Longest wait for a slot, in seconds.
const WAIT_SECONDS: u64 = 20;

/// Slots for lists that are read to their end. Each takes a connection while it is read, so that
/// they leave connections to everybody else.
#[derive(Clone, Debug)]
pub(crate) struct ExportSlots(Arc<Semaphore>);

impl ExportSlots {
    /// A slot for every other of `connections`, but at least one.
    pub(crate) fn of(connections: u32) -> Self {
        let slots = usize::try_from(connections / 2).unwrap_or(1).max(1);
        Self(Arc::new(Semaphore::new(slots)))
    }

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
