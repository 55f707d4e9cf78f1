//! Token buckets and marks in tables of fixed size, which no number of different keys lets grow.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Slots of a table. Two keys that share one share their limit, so there are many more slots than
/// addresses that call at the same time.
const SLOTS: usize = 65_536;
const MINUTE_MICROS: u64 = 60_000_000;

/// What is left in a bucket after tokens were taken, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// Tokens.
    pub(super) tokens: u64,
    /// Seconds until the bucket is full again.
    pub(super) full_in_seconds: u64,
}

/// Token buckets that fill within a period. Keys are hashed with a secret, so that nobody can choose
/// a key that shares a slot with another.
pub(super) struct Buckets {
    /// Time for one token, in microseconds.
    interval: u64,
    /// Time for a whole bucket, in microseconds.
    period: u64,
    started: Instant,
    hasher: RandomState,
    /// When a bucket will be full again, in microseconds since the start.
    slots: Box<[AtomicU64]>,
}

impl Buckets {
    /// Buckets of `per_minute` tokens.
    pub(super) fn new(per_minute: u32) -> Self {
        Self::over(per_minute, 1)
    }

    /// Buckets of `tokens`, which fill within so many minutes.
    pub(super) fn over(tokens: u32, minutes: u32) -> Self {
        let period = MINUTE_MICROS.saturating_mul(u64::from(minutes));
        Self {
            interval: period / u64::from(tokens.max(1)),
            period,
            started: Instant::now(),
            hasher: RandomState::new(),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Takes one token, or returns the seconds until there is one.
    pub(super) fn take(&self, key: &impl Hash) -> Result<(), u64> {
        self.take_some(key, 1).map(|_| ())
    }

    /// Takes `tokens`, at most a whole bucket, and returns what is left; or the seconds until there
    /// are as many.
    pub(super) fn take_some(&self, key: &impl Hash, tokens: u32) -> Result<Left, u64> {
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.take_at(key, tokens, now)
    }

    /// Gives one token back.
    pub(super) fn give_back(&self, key: &impl Hash) {
        if let Some(slot) = self.slots.get(slot_of(&self.hasher, key)) {
            // A bucket that is full stays full: `take` counts from now at the earliest.
            let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full| {
                Some(full.saturating_sub(self.interval))
            });
        }
    }

    fn take_at(&self, key: &impl Hash, tokens: u32, now: u64) -> Result<Left, u64> {
        let time = self.interval.saturating_mul(u64::from(tokens)).min(self.period);
        let after = |full: u64| full.max(now).saturating_add(time);
        let Some(slot) = self.slots.get(slot_of(&self.hasher, key)) else {
            return Ok(self.left(now, now));
        };
        let taken = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full| {
            Some(after(full)).filter(|next| next.saturating_sub(now) <= self.period)
        });
        let wait = |full| after(full).saturating_sub(now).saturating_sub(self.period);
        taken
            .map(|full| self.left(after(full), now))
            .map_err(|full| wait(full).div_ceil(1_000_000).max(1))
    }

    fn left(&self, full: u64, now: u64) -> Left {
        let missing = full.saturating_sub(now);
        Left {
            tokens: self.period.saturating_sub(missing) / self.interval.max(1),
            full_in_seconds: missing.div_ceil(1_000_000),
        }
    }
}

/// A set in a table of fixed size: the hash of the last key of each slot.
pub(super) struct Marks {
    hasher: RandomState,
    slots: Box<[AtomicU64]>,
}

impl Marks {
    /// The empty set.
    pub(super) fn new() -> Self {
        let slots = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Self { hasher: RandomState::new(), slots }
    }

    /// True if `key` was the last one set in its slot.
    pub(super) fn has(&self, key: &impl Hash) -> bool {
        let slot = self.slots.get(slot_of(&self.hasher, key));
        slot.is_some_and(|slot| slot.load(Ordering::Relaxed) == self.hasher.hash_one(key))
    }

    /// Adds `key`, and drops the one that had its slot.
    pub(super) fn set(&self, key: &impl Hash) {
        if let Some(slot) = self.slots.get(slot_of(&self.hasher, key)) {
            slot.store(self.hasher.hash_one(key), Ordering::Relaxed);
        }
    }
}

fn slot_of(hasher: &RandomState, key: &impl Hash) -> usize {
    usize::try_from(hasher.hash_one(key)).unwrap_or(usize::MAX) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_minute_at_once_and_then_one_per_interval() {
        let buckets = Buckets::new(3);
        let take_at = |key: &str, now| buckets.take_at(&key, 1, now).map(|left| left.tokens);

        assert_eq!([0; 3].map(|now| take_at("a", now)), [Ok(2), Ok(1), Ok(0)]);
        assert_eq!(take_at("a", 0), Err(20));
        assert_eq!(take_at("a", 19_999_999), Err(1));
        assert_eq!(take_at("a", 20_000_000), Ok(0));
        assert_eq!(take_at("a", 20_000_000), Err(20));
        assert_eq!(take_at("b", 20_000_000), Ok(2));
    }

    #[test]
    fn a_token_that_is_given_back_can_be_taken_again() {
        let buckets = Buckets::over(2, 20);
        let take_at = |now| buckets.take_at(&"a", 1, now).map(|left| left.tokens);

        assert_eq!([take_at(0), take_at(0), take_at(0)], [Ok(1), Ok(0), Err(600)]);
        buckets.give_back(&"a");
        assert_eq!([take_at(0), take_at(0)], [Ok(0), Err(600)]);
        assert_eq!(take_at(600_000_000), Ok(0));
    }

    #[test]
    fn several_tokens_are_taken_together_or_not_at_all() {
        let buckets = Buckets::new(60);

        let left = buckets.take_at(&"a", 20, 0);

        assert_eq!(left, Ok(Left { tokens: 40, full_in_seconds: 20 }));
        assert_eq!(buckets.take_at(&"a", 50, 0), Err(10));
        assert_eq!(buckets.take_at(&"a", 40, 0), Ok(Left { tokens: 0, full_in_seconds: 60 }));
        // More than a bucket holds is a whole bucket, not for ever too much.
        assert_eq!(buckets.take_at(&"b", 1_000, 0).map(|left| left.tokens), Ok(0));
    }

    #[test]
    fn a_million_keys_take_no_further_slot() {
        let buckets = Buckets::new(1);
        for key in 0..1_000_000_u32 {
            let _ = buckets.take_at(&key, 1, 0);
        }
        assert_eq!(buckets.slots.len(), SLOTS);
    }
}
