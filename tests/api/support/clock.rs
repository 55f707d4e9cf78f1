//! Clock and calendar that stand where a test puts them.

use std::sync::Mutex;

use chrono::NaiveDate;
use major_projects::domain::clock::{Calendar, Clock, Timestamp};

/// A clock that a test moves.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// A clock that stands at so many seconds after the start of 1970.
    pub fn at(seconds: i64) -> Self {
        Self(Mutex::new(Timestamp::from_unix_seconds(seconds).unwrap()))
    }

    /// Moves it on a little.
    pub fn pass_seconds(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_seconds(seconds);
    }

    /// Moves it on.
    pub fn pass_hours(&self, hours: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_hours(hours);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A calendar that a test moves.
pub struct TestCalendar(Mutex<NaiveDate>);

impl TestCalendar {
    /// A calendar that stands at `day`.
    pub fn at(day: &str) -> Self {
        Self(Mutex::new(day.parse().unwrap()))
    }

    /// Turns to another day.
    pub fn turn_to(&self, day: &str) {
        *self.0.lock().unwrap() = day.parse().unwrap();
    }
}

impl Calendar for TestCalendar {
    fn today(&self) -> NaiveDate {
        *self.0.lock().unwrap()
    }
}
