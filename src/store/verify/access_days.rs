//! Compares the access log with the events that bind its days.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::access_log::KEPT_DAYS_AT_LEAST;
use crate::domain::access_log::day::{AccessDay, DayDigest, DayHash};
use crate::domain::clock::Timestamp;
use crate::domain::event::change::FieldChange;
use crate::store::access_log::days::{BOUND, DELETED, SUBJECT, lines_from};
use crate::store::schema::events;
use crate::store::verify::erased::Erasures;
use crate::store::{Conn, Result, StoreError};

/// What the events say about the days.
#[derive(Default)]
struct Told {
    /// Event and digest of each bound day.
    bound: BTreeMap<AccessDay, (i64, DayDigest)>,
    /// First day whose lines are kept.
    kept_from: Option<AccessDay>,
}

/// Checks that the lines of each bound day are as they were bound, that no line is in an earlier day that is not
/// bound, and that days were deleted only when they were old enough. Returns the number of lines checked and the
/// errors found.
pub(super) fn check(conn: &mut Conn, erasures: &Erasures) -> Result<(usize, Vec<String>)> {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    let told = told(conn, &mut wrong)?;
    let mut found = found(conn, erasures, &mut looked_at, &mut wrong)?;
    let is_kept = |day: &AccessDay| told.kept_from.is_none_or(|from| *day >= from);
    for (day, (event, bound)) in told.bound.iter().filter(|(day, _)| is_kept(day)) {
        let stored = found.remove(day).unwrap_or_else(|| DayHash::new(*day)).finish();
        if stored.lines != bound.lines {
            wrong.push(format!(
                "access log of {day}: has {} lines; event {event} bound {}",
                stored.lines, bound.lines
            ));
        } else if stored != *bound {
            wrong.push(format!("access log of {day}: a line is not as event {event} bound it"));
        }
    }
    let last = told.bound.keys().next_back();
    let mut unbound: Vec<AccessDay> = found.into_keys().collect();
    unbound.retain(|day| is_kept(day) && last.is_some_and(|last| day < last));
    unbound.sort_unstable();
    let lines =
        unbound.iter().map(|day| format!("access log of {day}: has lines; no event binds them"));
    wrong.extend(lines);
    Ok((looked_at, wrong))
}

type Row = (i64, NaiveDateTime, String, i64, String);

fn told(conn: &mut Conn, wrong: &mut Vec<String>) -> Result<Told> {
    let rows: Vec<Row> = events::table
        .filter(events::subject_kind.eq(SUBJECT))
        .filter(events::text.is_not_null().and(events::refused.eq(false)))
        .order(events::id)
        .select((events::id, events::at, events::kind, events::subject_id, events::changes))
        .load(conn)?;
    let mut told = Told::default();
    for (id, at, kind, number, changes) in rows {
        let changes: Vec<FieldChange> =
            serde_json::from_str(&changes).map_err(StoreError::broken)?;
        let said = |field: &str| {
            changes.iter().find(|c| c.field == field).map_or(Value::Null, |c| c.after.clone())
        };
        let Some(day) = AccessDay::of_number(number) else {
            wrong.push(format!("event {id}: {number} is no day"));
            continue;
        };
        if kind == BOUND {
            let lines = said("lines").as_i64().unwrap_or(-1);
            let sha256 = said("sha256").as_str().unwrap_or_default().to_owned();
            let digest = DayDigest { lines, sha256 };
            // Two servers may have bound the same lines at once.
            if let Some((first, other)) = told.bound.insert(day, (id, digest.clone()))
                && other != digest
            {
                wrong
                    .push(format!("access log of {day}: is bound by event {first} and event {id}"));
            }
        } else if kind == DELETED {
            let kept = said("kept_days").as_i64().unwrap_or_default();
            let kept = kept.max(i64::from(KEPT_DAYS_AT_LEAST));
            if day.start().plus_hours(kept * 24) > Timestamp::new(at) {
                wrong.push(format!(
                    "access log before {day}: event {id} deleted it before its {kept} days were over"
                ));
            }
            told.kept_from = told.kept_from.max(Some(day));
        }
    }
    Ok(told)
}

/// The hash of each day that has lines. Reads each line once, and says of each that was erased otherwise than by an
/// erasure.
fn found(
    conn: &mut Conn,
    erasures: &Erasures,
    looked_at: &mut usize,
    wrong: &mut Vec<String>,
) -> Result<HashMap<AccessDay, DayHash>> {
    let mut days: HashMap<AccessDay, DayHash> = HashMap::new();
    let mut next = i64::MIN;
    loop {
        let lines = lines_from(conn, next, i64::MAX)?;
        let Some(last) = lines.last() else { return Ok(days) };
        next = last.id.saturating_add(1);
        *looked_at += lines.len();
        for line in &lines {
            let id = line.id;
            let is_blank = line.private_sha256.is_some();
            match erasures.of_line(id) {
                None if is_blank => wrong
                    .push(format!("line {id} of the access log: no event erased its account")),
                Some(event) if !is_blank || line.is_personal() => wrong.push(format!(
                    "line {id} of the access log: names an account again, which event {event} erased"
                )),
                None | Some(_) => {}
            }
            let day = line.day();
            line.add_to(days.entry(day).or_insert_with(|| DayHash::new(day)))?;
        }
    }
}
