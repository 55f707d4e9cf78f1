//! The key under which the program signs the events it writes.
//!
//! It stands in a file outside the database, so that nobody can add an event with the database
//! alone.

use std::cell::RefCell;
use std::sync::Arc;

use crate::domain::hash::{hex, hmac};
use crate::store::error::{Result, StoreError};

thread_local! {
    /// Key of the transaction that runs on this thread.
    static CURRENT: RefCell<Option<RecordKey>> = const { RefCell::new(None) };
}

/// Key of the record, with earlier keys under which older events were signed.
#[derive(Clone)]
pub struct RecordKey(Arc<[Vec<u8>]>);

impl RecordKey {
    /// Minimum length of a key: the size of the digest of its MAC.
    const LEAST_BYTES: usize = 32;

    /// Reads keys, one per line: the first signs, the others are earlier ones. `None` if one of
    /// them is shorter than 32 bytes, or there is none.
    pub fn read(lines: &[u8]) -> Option<Self> {
        let keys: Vec<Vec<u8>> = lines
            .split(|byte| *byte == b'\n')
            .map(|line| line.trim_ascii().to_vec())
            .filter(|line| !line.is_empty())
            .collect();
        let long_enough = keys.iter().all(|key| key.len() >= Self::LEAST_BYTES);
        (long_enough && !keys.is_empty()).then(|| Self(keys.into()))
    }

    /// MAC of the text of an event.
    pub(super) fn sign(&self, event: i64, text: &str) -> String {
        self.0.first().map(|key| mac(key, event, text)).unwrap_or_default()
    }

    /// True if `found` is the MAC of the text under one of the keys.
    pub(in crate::store) fn signed(&self, event: i64, text: &str, found: &str) -> bool {
        self.0.iter().any(|key| mac(key, event, text) == found)
    }

    /// Runs `work`, whose events are signed with this key.
    pub(in crate::store) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = CURRENT.replace(Some(self.clone()));
        let done = work();
        CURRENT.set(before);
        done
    }
}

/// The key of the transaction that runs on this thread.
///
/// # Errors
/// [`StoreError::Broken`] outside [`RecordKey::during`].
pub(in crate::store) fn current() -> Result<RecordKey> {
    CURRENT.with_borrow(Clone::clone).ok_or_else(|| StoreError::broken("no key of the record"))
}

fn mac(key: &[u8], event: i64, text: &str) -> String {
    let id = event.to_string();
    hex(&hmac(key, &[b"mp/event-mac/v1\n", id.as_bytes(), b"\n", text.as_bytes()]))
}

impl std::fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordKey(…)")
    }
}
