//! Signal that a job was queued.

use std::sync::Arc;

use tokio::sync::Notify;

/// Signal that a job was queued in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobSignal(Arc<Notify>);

impl JobSignal {
    /// A job was queued.
    pub(crate) fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until a job is queued; returns at once if one was since the last call.
    pub(crate) async fn queued(&self) {
        self.0.notified().await;
    }
}
