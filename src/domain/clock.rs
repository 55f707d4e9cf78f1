//! Clock (UTC instants) and calendar (business days in Asia/Shanghai).

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// UTC instant with microsecond precision, which both databases store without loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// Truncates `utc` to microseconds.
    pub fn new(utc: NaiveDateTime) -> Self {
        let micros = utc.nanosecond() / 1_000;
        Self(utc.with_nanosecond(micros * 1_000).unwrap_or(utc))
    }

    /// Instant from a Unix timestamp in seconds; `None` if out of range.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(|at| Self::new(at.naive_utc()))
    }

    /// Unix timestamp in seconds.
    pub fn unix_seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// UTC date and time without zone, as the databases store it.
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// Adds hours.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::hours(hours)).unwrap_or(self.0))
    }

    /// Adds seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(self.0))
    }

    /// Local time in China (UTC+8) as `2021-05-31 18:30`, for display.
    pub fn shown_in_shanghai(self) -> String {
        self.plus_hours(8).0.format("%Y-%m-%d %H:%M").to_string()
    }

    /// Calendar day in China (UTC+8, no daylight saving time since 1992).
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
            .description(Some("UTC instant with microsecond precision (RFC 3339)."))
            .examples(["2021-06-30T08:00:00.000000Z"])
            .into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        "Timestamp".into()
    }
}

/// Source of the current instant, used for tokens and events.
pub trait Clock: Send + Sync {
    /// Current instant.
    fn now(&self) -> Timestamp;
}

/// Source of the business day in Asia/Shanghai, used for months, due dates and slippage.
pub trait Calendar: Send + Sync {
    /// Current business day.
    fn today(&self) -> NaiveDate;
}

/// Calendar that derives the business day from a clock.
pub(crate) struct ShanghaiCalendar<C>(pub C);

impl<C: Clock> Calendar for ShanghaiCalendar<C> {
    fn today(&self) -> NaiveDate {
        self.0.now().day_in_shanghai()
    }
}

/// Calendar that always returns the same business day, for demonstrations and tests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FixedCalendar(pub NaiveDate);

/// Clock that stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

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
