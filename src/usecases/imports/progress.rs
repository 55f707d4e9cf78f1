//! How far an import is, for others to see while it runs.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::usecases::refusal::Refusal;

/// Progress of one import, shared by the thread that works and those that show it.
#[derive(Debug, Default)]
pub(crate) struct ImportProgress {
    total: AtomicU32,
    judged: AtomicU32,
    stopping: AtomicBool,
}

impl ImportProgress {
    /// The file was read and has `total` rows.
    pub(crate) fn read(&self, total: u32) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Judging begins, or begins again.
    pub(crate) fn begin(&self) {
        self.judged.store(0, Ordering::Relaxed);
    }

    /// One row was judged.
    ///
    /// # Errors
    /// Busy if the program stops.
    pub(crate) fn judged_one(&self) -> Result<(), Refusal> {
        self.judged.fetch_add(1, Ordering::Relaxed);
        if self.stopping.load(Ordering::Relaxed) { Err(Refusal::busy()) } else { Ok(()) }
    }

    /// Makes the work end with the next row.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Number of rows of the file, and of those that were judged.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.total.load(Ordering::Relaxed), self.judged.load(Ordering::Relaxed))
    }
}
