//! Uses of sessions that are not stored yet. The background stores them; no request waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::clock::Timestamp;
use crate::domain::id::SessionId;

/// Most sessions remembered at once. The use of another one is noted by its next request.
const MOST: usize = 10_000;

/// When sessions were last used, until that is stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionUses(Arc<Mutex<BTreeMap<SessionId, Timestamp>>>);

impl SessionUses {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a session was used.
    pub(crate) fn note(&self, session: SessionId, at: Timestamp) {
        let mut uses = self.lock();
        if uses.len() < MOST || uses.contains_key(&session) {
            uses.insert(session, at);
        }
    }

    /// The use of a session that is not stored yet.
    pub(crate) fn last(&self, session: SessionId) -> Option<Timestamp> {
        self.lock().get(&session).copied()
    }

    /// Up to `limit` uses to be stored.
    pub(crate) fn unstored(&self, limit: usize) -> Vec<(SessionId, Timestamp)> {
        self.lock().iter().take(limit).map(|(session, at)| (*session, *at)).collect()
    }

    /// Forgets uses that were stored, unless the session was used again.
    pub(crate) fn stored(&self, uses: &[(SessionId, Timestamp)]) {
        let mut waiting = self.lock();
        for (session, at) in uses {
            if waiting.get(session) == Some(at) {
                waiting.remove(session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_waits_until_it_is_stored() {
        let uses = SessionUses::default();
        let at = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
        uses.note(SessionId(1), at);
        uses.note(SessionId(2), at);

        let storing = uses.unstored(100);
        uses.note(SessionId(2), at.plus_seconds(60));
        uses.stored(&storing);

        assert_eq!(storing.len(), 2);
        assert_eq!(uses.last(SessionId(1)), None);
        assert_eq!(uses.unstored(100), [(SessionId(2), at.plus_seconds(60))]);
    }

    #[test]
    fn the_table_has_a_size() {
        let uses = SessionUses::default();
        let at = Timestamp::from_unix_seconds(1_625_104_800).unwrap();

        for id in 0..20_000 {
            uses.note(SessionId(id), at);
        }

        assert_eq!(uses.unstored(usize::MAX).len(), MOST);
    }
}
