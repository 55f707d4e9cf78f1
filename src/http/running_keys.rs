//! Idempotency keys whose work is under way in this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::idempotency::KeyScope;

/// Keys whose work is under way in this process.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<HashSet<KeyScope>>>);

/// Guard of a running key; dropping it ends the mark.
pub(super) struct UnderWay {
    running: Running,
    scope: KeyScope,
}

impl Running {
    /// Marks `scope` as running until the returned guard is dropped; `None` if it already is.
    pub(super) fn begin(&self, scope: &KeyScope) -> Option<UnderWay> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = all.insert(scope.clone());
        begun.then(|| UnderWay { running: self.clone(), scope: scope.clone() })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut all = self.running.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.scope);
    }
}
