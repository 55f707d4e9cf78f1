//! Limits of the lines about log-ins, which are stored in the transaction of their session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::access_log::{AccessClass, LeftOut, start_of_day};
use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;

/// Most lines of one account in a day, so that none can use up the limit of the day alone.
const MOST_OF_AN_ACCOUNT: i64 = 2_000;

/// Room for lines about log-ins. One for the whole server.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogInRoom(Arc<Mutex<Today>>);

#[derive(Debug, Default)]
struct Today {
    /// Start of the day; `None` before the first log-in.
    day: Option<Timestamp>,
    left: i64,
    by_account: HashMap<UserId, i64>,
    left_out: Vec<LeftOut>,
}

impl LogInRoom {
    fn lock(&self) -> MutexGuard<'_, Today> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if the room of the day of `at` is known.
    pub(crate) fn is_known(&self, at: Timestamp) -> bool {
        self.lock().day == Some(start_of_day(at))
    }

    /// Begins the day of `at`, in which so many lines are stored already.
    pub(crate) fn begin(&self, at: Timestamp, stored: i64) {
        let mut today = self.lock();
        today.day = Some(start_of_day(at));
        today.left = AccessClass::LogIns.most_a_day().saturating_sub(stored);
        today.by_account.clear();
    }

    /// Takes room for one line about `account`. False, and counted as left out, if there is none.
    pub(crate) fn take(&self, account: UserId, at: Timestamp) -> bool {
        let mut today = self.lock();
        let stored = today.by_account.get(&account).copied().unwrap_or_default();
        if today.left > 0 && stored < MOST_OF_AN_ACCOUNT {
            today.left -= 1;
            today.by_account.insert(account, stored + 1);
            return true;
        }
        let day = start_of_day(at);
        match today.left_out.iter_mut().find(|l| start_of_day(l.at) == day) {
            Some(left_out) => {
                left_out.times += 1;
                left_out.at = at;
            }
            None => today.left_out.push(LeftOut { at, class: AccessClass::LogIns, times: 1 }),
        }
        false
    }

    /// Takes the numbers of lines left out, by day.
    pub(crate) fn take_left_out(&self) -> Vec<LeftOut> {
        std::mem::take(&mut self.lock().left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_625_104_859 + seconds).unwrap()
    }

    #[test]
    fn a_day_has_so_many_lines_and_the_rest_is_counted() {
        let room = LogInRoom::default();
        room.begin(at(0), AccessClass::LogIns.most_a_day() - 2);

        let taken: Vec<bool> = (0..5).map(|n| room.take(UserId(n), at(n))).collect();

        assert_eq!(taken, [true, true, false, false, false]);
        let left_out = room.take_left_out();
        assert_eq!((left_out.len(), left_out[0].times, left_out[0].at), (1, 3, at(4)));
        assert!(room.take_left_out().is_empty());
    }

    #[test]
    fn an_account_cannot_use_up_the_day_alone() {
        let room = LogInRoom::default();
        room.begin(at(0), 0);

        let taken = (0..30_000).filter(|_| room.take(UserId(1), at(0))).count();

        assert_eq!(taken, 2_000);
        assert!(room.take(UserId(2), at(0)));
        assert!(room.is_known(at(60)) && !room.is_known(at(86_400)));
    }
}
