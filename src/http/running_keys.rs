//! Idempotency keys of the requests that this process is executing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::idempotency::KeyScope;

/// The idempotency keys of the requests that this process is executing.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningKeys(Arc<Mutex<HashSet<KeyScope>>>);

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::UserId;

    #[test]
    fn a_key_is_forgotten_when_its_request_ends() {
        let keys = RunningKeys::default();
        for number in 0..1_000 {
            let (method, path) = ("POST".to_owned(), "/api/v1/projects".to_owned());
            let scope = KeyScope { user: UserId(1), method, path, key: number.to_string() };
            let running = keys.begin(&scope).unwrap();
            assert!(keys.begin(&scope).is_none());
            drop(running);
        }
        assert!(keys.0.lock().unwrap().is_empty());
    }
}
