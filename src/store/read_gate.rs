//! Gate of the reads on SQLite. The writer closes it for a moment when reads that overlap all the
//! time keep the write-ahead log from being emptied.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts running reads, and holds new ones back while it is closed.
#[derive(Debug, Default)]
pub(super) struct ReadGate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    closed: bool,
}

/// A running read; dropping it ends the read.
#[derive(Debug)]
pub(super) struct Reading<'a>(&'a ReadGate);

/// A closed gate; dropping it opens the gate.
#[derive(Debug)]
pub(super) struct Closed<'a>(&'a ReadGate);

impl ReadGate {
    /// Waits while the gate is closed, then begins a read.
    pub(super) fn enter(&self) -> Reading<'_> {
        let state = self.changed.wait_while(self.lock(), |state| state.closed);
        state.unwrap_or_else(PoisonError::into_inner).running += 1;
        Reading(self)
    }

    /// Closes the gate and waits until no read is running; `None`, and open again, if some still are
    /// after `patience`.
    pub(super) fn close(&self, patience: Duration) -> Option<Closed<'_>> {
        let begun = Instant::now();
        // Declared before the lock, which must be free when the gate opens again.
        let closed = Closed(self);
        let mut state = self.lock();
        state.closed = true;
        while state.running > 0 {
            let left = patience.checked_sub(begun.elapsed())?;
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        Some(closed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.changed.notify_all();
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.lock().closed = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_closed_gate_holds_new_reads_back_until_it_opens() {
        let gate = Arc::new(ReadGate::default());
        let closed = gate.close(Duration::ZERO).unwrap();
        let (entered, has_entered) = channel();
        let own = Arc::clone(&gate);
        let reader = std::thread::spawn(move || {
            let _reading = own.enter();
            entered.send(()).unwrap();
        });

        assert!(has_entered.recv_timeout(Duration::from_millis(20)).is_err());
        drop(closed);
        has_entered.recv().unwrap();
        reader.join().unwrap();
    }

    #[test]
    fn a_read_that_does_not_end_leaves_the_gate_open() {
        let gate = ReadGate::default();
        let reading = gate.enter();

        assert!(gate.close(Duration::from_millis(5)).is_none());
        drop(gate.enter());
        drop(reading);
        assert!(gate.close(Duration::ZERO).is_some());
    }
}
