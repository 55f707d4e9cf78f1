//! Runs work that waits for a database on threads of its own.

use std::time::Duration;

use crate::store::error::{Result, StoreError};

/// When a transaction is late, and the error then.
pub(super) struct Late {
    /// How long it may take.
    pub(super) after: Duration,
    /// The error, with its words.
    pub(super) error: fn(String) -> StoreError,
}

/// Runs `work` on a thread that may wait. A server that is frozen keeps the thread, and not the
/// request: statement timeouts are its own and do not run out then.
pub(super) async fn blocking<T, E>(
    late: Late,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let done = tokio::time::timeout(late.after, tokio::task::spawn_blocking(work)).await;
    let Ok(done) = done else {
        let seconds = late.after.as_secs();
        return Err((late.error)(format!("the database gave no answer within {seconds} s")).into());
    };
    done.unwrap_or_else(|e| Err(StoreError::broken(e).into()))
}

/// Runs work of any length on a thread that may wait.
pub(super) async fn unlimited<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::broken)
}
