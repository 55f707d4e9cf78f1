//! A day of the access log, and the hash that binds its lines once the day is over.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::domain::hash::{hex, sha256};
use crate::domain::id::{AccessLineId, UserId};

/// Minutes after the end of a day in which its last lines are still stored.
const GRACE_MINUTES: i64 = 10;

/// A day in China.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AccessDay(NaiveDate);

impl AccessDay {
    /// The day of an instant.
    pub(crate) fn of(at: Timestamp) -> Self {
        Self(at.day_in_shanghai())
    }

    /// Its first instant.
    pub(crate) fn start(self) -> Timestamp {
        let midnight = self.0.and_hms_opt(0, 0, 0).unwrap_or_default();
        Timestamp::new(midnight).plus_hours(-8)
    }

    /// The first instant of the next day.
    pub(crate) fn end(self) -> Timestamp {
        self.start().plus_hours(24)
    }

    /// True once it is over and its last lines are stored.
    pub(crate) fn is_over(self, now: Timestamp) -> bool {
        self.end().plus_seconds(GRACE_MINUTES * 60) <= now
    }

    /// Its number, which names it in events: 20210701.
    pub(crate) fn number(self) -> i64 {
        i64::from(self.0.year()) * 10_000
            + i64::from(self.0.month()) * 100
            + i64::from(self.0.day())
    }

    /// The day with a number.
    pub(crate) fn of_number(number: i64) -> Option<Self> {
        let year = i32::try_from(number / 10_000).ok()?;
        let part = |of: i64| u32::try_from(of % 100).ok();
        NaiveDate::from_ymd_opt(year, part(number / 100)?, part(number)?).map(Self)
    }
}

impl fmt::Display for AccessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

/// What of a line is hashed; the order of the fields matters.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BoundLine<'a> {
    /// Its id.
    pub id: AccessLineId,
    /// Start of its minute.
    pub minute: Timestamp,
    /// Kind.
    pub kind: &'a str,
    /// Account of the caller.
    pub account_id: Option<UserId>,
    /// Method.
    pub method: &'a str,
    /// Path.
    pub path: &'a str,
    /// Status.
    pub status: i32,
    /// Code.
    pub code: &'a str,
    /// Rows of a file.
    pub rows: Option<i64>,
    /// Number of entries.
    pub times: i64,
    /// Instant of the last.
    pub last_at: Timestamp,
    /// Id of the first request.
    pub request_id: &'a str,
    /// Hash of what is personal.
    pub private: String,
}

/// Personal part of a line; the order of the fields matters.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PersonalPart<'a> {
    /// Name of the account, or the name that was given.
    pub account: &'a str,
    /// Network address.
    pub address: &'a str,
}

impl PersonalPart<'_> {
    /// Its hash with a salt. The hash of a day is over this one, so that it stays provable when the part is erased.
    pub(crate) fn hash(&self, salt: &str) -> serde_json::Result<String> {
        Ok(sha256(&format!("mp/private/v1\n{salt}\n{}", serde_json::to_string(self)?)))
    }
}

/// Number and hash of the lines of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayDigest {
    /// Number of lines.
    pub lines: i64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Hashes the lines of a day, one after the other in the order of their ids.
#[derive(Clone, Debug)]
pub(crate) struct DayHash {
    hash: Sha256,
    lines: i64,
}

impl DayHash {
    /// The hash of a day without lines.
    pub(crate) fn new(day: AccessDay) -> Self {
        let hash = Sha256::new().chain_update(format!("mp/access-day/v1\n{day}\n"));
        Self { hash, lines: 0 }
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, line: &BoundLine<'_>) -> serde_json::Result<()> {
        self.hash.update(serde_json::to_vec(line)?);
        self.hash.update(b"\n");
        self.lines += 1;
        Ok(())
    }

    /// Number and hash of the lines added.
    pub(crate) fn finish(self) -> DayDigest {
        DayDigest { lines: self.lines, sha256: hex(&self.hash.finalize()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(serde_json::json!(text)).unwrap()
    }

    #[test]
    fn a_day_goes_from_midnight_to_midnight_in_china() {
        let day = AccessDay::of(at("2021-06-30T16:00:00Z"));

        assert_eq!((day.to_string().as_str(), day.number()), ("2021-07-01", 20_210_701));
        assert_eq!(AccessDay::of_number(20_210_701), Some(day));
        assert_eq!(AccessDay::of_number(20_210_732), None);
        assert_eq!(day.start(), at("2021-06-30T16:00:00Z"));
        assert_eq!(day.end(), at("2021-07-01T16:00:00Z"));
        assert_eq!(AccessDay::of(at("2021-07-01T15:59:59.999999Z")), day);
    }

    #[test]
    fn a_day_is_over_ten_minutes_after_midnight() {
        let day = AccessDay::of_number(20_210_701).unwrap();

        assert!(!day.is_over(at("2021-07-01T16:09:59Z")));
        assert!(day.is_over(at("2021-07-01T16:10:00Z")));
    }

    /// The text form of `docs/record.md`, written out by hand.
    #[test]
    fn the_hash_of_a_day_is_over_the_text_that_is_documented() {
        let day = AccessDay::of_number(20_210_701).unwrap();
        let part = PersonalPart { account: "zhang.wei", address: "192.0.2.7" };
        let private =
            sha256("mp/private/v1\n00ff\n{\"account\":\"zhang.wei\",\"address\":\"192.0.2.7\"}");
        assert_eq!(part.hash("00ff").unwrap(), private);
        let line = BoundLine {
            id: AccessLineId(7),
            minute: at("2021-07-01T02:00:00Z"),
            kind: "log_in_failed",
            account_id: None,
            method: "",
            path: "/sessions",
            status: 401,
            code: "wrong-credentials",
            rows: None,
            times: 2,
            last_at: at("2021-07-01T02:00:59Z"),
            request_id: "r-1",
            private: private.clone(),
        };

        let mut hash = DayHash::new(day);
        hash.add(&line).unwrap();

        let text = format!(
            "mp/access-day/v1\n2021-07-01\n{{\"id\":7,\"minute\":\"2021-07-01T02:00:00.000000Z\",\"kind\":\"log_in_failed\",\"account_id\":null,\"method\":\"\",\"path\":\"/sessions\",\"status\":401,\"code\":\"wrong-credentials\",\"rows\":null,\"times\":2,\"last_at\":\"2021-07-01T02:00:59.000000Z\",\"request_id\":\"r-1\",\"private\":\"{private}\"}}\n"
        );
        assert_eq!(hash.finish(), DayDigest { lines: 1, sha256: sha256(&text) });
    }
}
