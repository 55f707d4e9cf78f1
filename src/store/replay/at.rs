//! The moment at which a register is rebuilt.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use diesel::dsl::{max, min};
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::month::Month;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::events::adopt::ADOPTED;
use crate::store::schema::events;

/// A moment, as the operator names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// After the event of this sequence.
    Sequence(i64),
    /// After the last event of the longest row of events none of which is later.
    Instant(Timestamp),
}

/// Where in the record a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Sequence of the last event.
    pub sequence: i64,
    /// What the clock shows.
    pub at: Timestamp,
}

impl FromStr for At {
    type Err = String;

    /// Reads a sequence, an instant (RFC 3339) or a month (`YYYY-MM`: its end in China).
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if let Ok(sequence) = text.parse() {
            return Ok(Self::Sequence(sequence));
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Instant(Timestamp::new(at.naive_utc())));
        }
        let month: Month = text.parse().map_err(|_| {
            format!("{text} is no sequence, no instant such as 2021-06-30T08:00:00Z and no month such as 2021-06")
        })?;
        let midnight: NaiveDateTime = month.next().first_day().into();
        Ok(Self::Instant(Timestamp::new(
            midnight - TimeDelta::hours(8) - TimeDelta::microseconds(1),
        )))
    }
}

impl At {
    /// Finds the moment in the record of `source`.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] with the reason, if the register cannot be rebuilt at it.
    pub(crate) fn find(self, source: &mut Conn) -> Result<Position> {
        let head =
            events::table.select(max(events::sequence)).first::<Option<i64>>(source)?.unwrap_or(0);
        let sequence = match self {
            Self::Sequence(sequence) if (0..=head).contains(&sequence) => sequence,
            Self::Sequence(sequence) => {
                return Err(StoreError::Unreachable(format!(
                    "there is no event {sequence}: the last one is {head}"
                )));
            }
            Self::Instant(at) => {
                let later: Option<i64> = events::table
                    .filter(events::sequence.is_not_null().and(events::at.gt(at.naive())))
                    .select(min(events::sequence))
                    .first(source)?;
                later.map_or(head, |later| later - 1)
            }
        };
        let begin = begin(source)?;
        if sequence < begin {
            return Err(StoreError::Unreachable(format!(
                "the record of this register begins with event {begin}: what events before it say of rows is not known, so that the register after event {sequence} cannot be rebuilt"
            )));
        }
        let at = match self {
            Self::Instant(at) => at,
            Self::Sequence(_) => {
                let last: Option<NaiveDateTime> = events::table
                    .filter(events::sequence.le(sequence))
                    .select(max(events::at))
                    .first(source)?;
                Timestamp::new(last.unwrap_or_default())
            }
        };
        Ok(Position { sequence, at })
    }
}

/// Sequence of the last event of the adoption; 0 for a register that was in the record from its
/// first event.
pub(in crate::store) fn begin(source: &mut Conn) -> Result<i64> {
    let before: Option<i64> =
        events::table.filter(events::text.is_null()).select(max(events::sequence)).first(source)?;
    let Some(before) = before else { return Ok(0) };
    // The events of the adoption follow those before it.
    let after: Option<i64> = events::table
        .filter(events::sequence.gt(before).and(events::kind.ne(ADOPTED)))
        .select(min(events::sequence))
        .first(source)?;
    after.map_or_else(|| Ok(head(source)?.max(before)), |after| Ok(after - 1))
}

fn head(source: &mut Conn) -> Result<i64> {
    Ok(events::table.select(max(events::sequence)).first::<Option<i64>>(source)?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn a_moment_is_a_sequence_an_instant_or_the_end_of_a_month_in_china() {
        let instant = |text: &str| match text.parse::<At>().unwrap() {
            At::Instant(at) => at.to_string(),
            At::Sequence(sequence) => sequence.to_string(),
        };
        assert_eq!(instant("812"), "812");
        assert_eq!(instant("2021-06-30T16:00:00+08:00"), "2021-06-30T08:00:00.000000Z");
        assert_eq!(instant("2021-12"), "2021-12-31T15:59:59.999999Z");
        assert!("yesterday".parse::<At>().is_err());
    }
}
