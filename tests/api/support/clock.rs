//! Settable clock and calendar for tests.

use std::sync::Mutex;

use chrono::NaiveDate;
use major_projects::testing::{Calendar, Clock, Timestamp};

/// A settable clock.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// A clock at a Unix time in seconds.
    pub fn at(seconds: i64) -> Self {
        Self(Mutex::new(Timestamp::from_unix_seconds(seconds).unwrap()))
    }

    /// Moves the clock forward.
    pub fn pass_seconds(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_seconds(seconds);
    }

    /// Moves the clock forward.
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

/// A settable calendar.
pub struct TestCalendar(Mutex<NaiveDate>);

impl TestCalendar {
    /// A calendar that stands at `day`.
    pub fn at(day: &str) -> Self {
        Self(Mutex::new(day.parse().unwrap()))
    }

    /// Sets the business day.
    pub fn turn_to(&self, day: &str) {
        *self.0.lock().unwrap() = day.parse().unwrap();
    }
}

impl Calendar for TestCalendar {
    fn today(&self) -> NaiveDate {
        *self.0.lock().unwrap()
    }
}
