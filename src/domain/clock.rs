//! Two questions, two sources: what instant is it, and what business day.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An instant in UTC, to the microsecond: both databases keep exactly that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// The instant `utc`, cut to microseconds.
    pub fn new(utc: NaiveDateTime) -> Self {
        let micros = utc.nanosecond() / 1_000;
        Self(utc.with_nanosecond(micros * 1_000).unwrap_or(utc))
    }

    /// The instant so many seconds after the start of 1970.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(|at| Self::new(at.naive_utc()))
    }

    /// Seconds since the start of 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// As the databases keep it.
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// So many hours later.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::hours(hours)).unwrap_or(self.0))
    }

    /// So many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(self.0))
    }

    /// What a clock in China shows then: people here read their own time.
    pub fn shown_in_shanghai(self) -> String {
        self.plus_hours(8).0.format("%Y-%m-%d %H:%M").to_string()
    }

    /// The day it is in China then (UTC+8, without summer time since 1992).
    pub fn day_in_shanghai(self) -> NaiveDate {
        self.plus_hours(8).0.date()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ").fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(D::Error::custom)?;
        Ok(Self::new(at.naive_utc()))
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("An instant in UTC, to the microsecond."))
            .examples(["2021-06-30T08:00:00.000000Z"])
            .into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        "Timestamp".into()
    }
}

/// Gives instants: for tokens and events.
pub trait Clock: Send + Sync {
    /// The instant it is.
    fn now(&self) -> Timestamp;
}

/// Gives the business day in Asia/Shanghai: for months, due dates and slippage.
pub trait Calendar: Send + Sync {
    /// The day it is.
    fn today(&self) -> NaiveDate;
}

/// The business day of a clock.
pub struct ShanghaiCalendar<C>(pub C);

impl<C: Clock> Calendar for ShanghaiCalendar<C> {
    fn today(&self) -> NaiveDate {
        self.0.now().day_in_shanghai()
    }
}

/// Always the same business day: for demonstrations.
#[derive(Clone, Copy, Debug)]
pub struct FixedCalendar(pub NaiveDate);

impl Calendar for FixedCalendar {
    fn today(&self) -> NaiveDate {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_cut_to_microseconds_and_printed_in_utc() {
        let at = NaiveDate::from_ymd_opt(2021, 6, 30)
            .unwrap()
            .and_hms_nano_opt(16, 0, 0, 1_234_567)
            .unwrap();

        let instant = Timestamp::new(at);

        assert_eq!(instant.to_string(), "2021-06-30T16:00:00.001234Z");
        assert_eq!(instant.day_in_shanghai().to_string(), "2021-07-01");
    }
}
