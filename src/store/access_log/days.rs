//! Days of the access log: each is bound by one event once it is over.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::access_log::day::{AccessDay, DayDigest, DayHash};
use crate::domain::clock::Timestamp;
use crate::store::access_log::LineOfTable;
use crate::store::schema::{access_log, events};
use crate::store::{Conn, Result, StoreError};

/// Kind of the event that binds the lines of a day.
pub(crate) const BOUND: &str = "access_log.day_bound";
/// Kind of the event that says from which day on lines are kept.
pub(crate) const DELETED: &str = "access_log.days_deleted";
/// Kind of subject of these events. Its id is the number of the day.
pub(crate) const SUBJECT: &str = "access_day";
/// Lines read at once.
const AT_ONCE: i64 = 1_000;

/// A day that is over, with the digest of its lines.
#[derive(Clone, Debug)]
pub(crate) struct DueDay {
    /// The day.
    pub day: AccessDay,
    /// Number and hash of its lines.
    pub digest: DayDigest,
    seen: Seen,
}

/// What tells whether lines of a day were added or counted up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    lines: i64,
    /// First and last id.
    ids: Option<[i64; 2]>,
    /// Sum of entries.
    times: i64,
}

/// The latest day that has an event of `kind`.
fn latest(conn: &mut Conn, kind: &str) -> Result<Option<AccessDay>> {
    let number: Option<i64> = events::table
        .filter(events::subject_kind.eq(SUBJECT))
        .filter(events::kind.eq(kind))
        .filter(events::text.is_not_null().and(events::refused.eq(false)))
        .order(events::subject_id.desc())
        .select(events::subject_id)
        .first(conn)
        .optional()?;
    Ok(number.and_then(AccessDay::of_number))
}

/// The end of the last day that is bound; `None` if none is. No line may be added or changed before it.
pub(super) fn bound_until(conn: &mut Conn) -> Result<Option<Timestamp>> {
    Ok(latest(conn, BOUND)?.map(AccessDay::end))
}

/// The oldest day with lines that no event binds, if it is over at `now`. Days without lines need no event: a line
/// in one of them is before the last bound day and in none.
pub(crate) fn due(conn: &mut Conn, now: Timestamp) -> Result<Option<DueDay>> {
    let mut open = access_log::table.select(access_log::minute).into_boxed();
    if let Some(bound) = bound_until(conn)? {
        open = open.filter(access_log::minute.ge(bound.naive()));
    }
    let first: Option<_> = open.order(access_log::minute).first(conn).optional()?;
    let Some(day) = first.map(|minute| AccessDay::of(Timestamp::new(minute))) else {
        return Ok(None);
    };
    if !day.is_over(now) {
        return Ok(None);
    }
    let seen = seen(conn, day)?;
    Ok(Some(DueDay { day, digest: digest(conn, day, seen)?, seen }))
}

fn seen(conn: &mut Conn, day: AccessDay) -> Result<Seen> {
    let of_day = access_log::table
        .filter(access_log::minute.ge(day.start().naive()))
        .filter(access_log::minute.lt(day.end().naive()));
    let (lines, first, last): (i64, Option<i64>, Option<i64>) = of_day
        .select((
            diesel::dsl::count_star(),
            diesel::dsl::min(access_log::id),
            diesel::dsl::max(access_log::id),
        ))
        .first(conn)?;
    let times = of_day.select(sql::<BigInt>("cast(coalesce(sum(times), 0) as bigint)"));
    let ids = first.zip(last).map(|(first, last)| [first, last]);
    Ok(Seen { lines, ids, times: times.first(conn)? })
}

/// The digest of the lines of a day, read in the order of their ids.
fn digest(conn: &mut Conn, day: AccessDay, seen: Seen) -> Result<DayDigest> {
    let mut hash = DayHash::new(day);
    let Some([mut next, last]) = seen.ids else { return Ok(hash.finish()) };
    loop {
        let lines = lines_from(conn, next, last)?;
        for line in lines.iter().filter(|line| line.day() == day) {
            line.add_to(&mut hash)?;
        }
        let Some(read) = lines.last() else { return Ok(hash.finish()) };
        next = read.id.saturating_add(1);
    }
}

/// The next lines with ids from `next` to `last`.
pub(in crate::store) fn lines_from(
    conn: &mut Conn,
    next: i64,
    last: i64,
) -> Result<Vec<LineOfTable>> {
    Ok(access_log::table
        .filter(access_log::id.ge(next))
        .filter(access_log::id.le(last))
        .order(access_log::id)
        .limit(AT_ONCE)
        .select(LineOfTable::as_select())
        .load(conn)?)
}

/// True if the day is still to be bound, and no line was added to it since it was read.
pub(crate) fn is_as_read(conn: &mut Conn, due: &DueDay) -> Result<bool> {
    let is_open = bound_until(conn)?.is_none_or(|bound| bound <= due.day.start());
    Ok(is_open && seen(conn, due.day)? == due.seen)
}

/// The first day whose lines are kept, as the last event says; `None` if nothing was deleted.
pub(crate) fn kept_from(conn: &mut Conn) -> Result<Option<AccessDay>> {
    latest(conn, DELETED)
}

/// Bytes of a salt of a line.
const SALT: usize = 16;

/// A salt for a line.
pub(super) fn salt() -> Result<String> {
    let mut bytes = [0; SALT];
    getrandom::fill(&mut bytes).map_err(StoreError::broken)?;
    Ok(crate::domain::hash::hex(&bytes))
}
