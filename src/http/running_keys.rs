//! Idempotency keys of the requests that this process is executing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::idempotency::KeyScope;

/// The idempotency keys of the requests that this process is executing.
#[derive(Clone, Debug, Default)]
pub struct RunningKeys(Arc<Mutex<HashSet<KeyScope>>>);

/// Guard of a running key; dropping it releases the key.
pub(super) struct RunningKey {
    keys: RunningKeys,
    scope: KeyScope,
}

impl RunningKeys {
    /// Marks `scope` as running until the returned guard is dropped; `None` if it already is.
    pub(super) fn begin(&self, scope: &KeyScope) -> Option<RunningKey> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = all.insert(scope.clone());
        begun.then(|| RunningKey { keys: self.clone(), scope: scope.clone() })
    }
}

impl Drop for RunningKey {
    fn drop(&mut self) {
        let mut all = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.scope);
    }
}
