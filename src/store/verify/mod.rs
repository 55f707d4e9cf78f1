//! Consistency checks of stored data, run by `major-projects verify`.

mod access_days;
mod compare;
mod erased;
pub(crate) mod found;
mod images;
mod limits;
mod registers;
mod signatures;

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::domain::hash::sha256;
use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::domain::reporting_month::MonthState;
use crate::store::conn::Begin;
use crate::store::events::seal;
use crate::store::events::seal::Anchor;
use crate::store::plans::year_plans::{MONTHS, Months, amounts};
use crate::store::record::RecordKey;
use crate::store::replay::rebuild;
use crate::store::schema::{
    events, monthly_reports as reports, projects, year_plan_versions as versions, year_plans,
};
use crate::store::verify::compare::compare;
use crate::store::verify::erased::Erasures;
use crate::store::verify::found::Verified;
use crate::store::verify::limits::totals_hold;
use crate::store::verify::registers::registers_are_of_events;
pub(crate) use crate::store::verify::signatures::fits as key_fits;
use crate::store::{
    Conn, DatabaseUrl, Result, StoreError, Use, bulletins, migrate, reporting_months,
};

/// Verifies the database at `url`, as [`verify`] does. The registers of bulletins are compared beside the other checks, from
/// a snapshot of their own: bulletins and the events before them are only ever added.
///
/// # Errors
/// [`StoreError::Unreachable`], and those of [`verify`].
pub(crate) fn verify_at(url: &DatabaseUrl, key: Option<&RecordKey>) -> Result<Vec<Verified>> {
    // Opening it to write makes the files of SQLite private.
    let mut conn = Conn::open(url, Use::Write)?;
    migrate::must_be_current(&mut conn)?;
    read_without_map(&mut conn)?;
    conn.begin(Begin::Snapshot)?;
    if let Some(at) = rebuild::moment(&mut conn)? {
        return Err(StoreError::Unreachable(format!(
            "{url} was rebuilt as it stood at {at}, without secrets; verify the register it was made from"
        )));
    }
    std::thread::scope(|scope| {
        let registers = scope.spawn(|| {
            let mut conn = Conn::open(url, Use::Read)?;
            read_without_map(&mut conn)?;
            conn.begin(Begin::Snapshot)?;
            registers(&mut conn)
        });
        let mut checks = rows_and_events(&mut conn, key)?;
        let sound = file_is_sound(&mut conn)?;
        checks.push(registers.join().map_err(|_| StoreError::broken("the check panicked"))??);
        checks.extend(sound);
        Ok(checks)
    })
}

/// Verification reads the whole file once or twice: a map of it would only add to the memory in use.
fn read_without_map(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(c) = conn {
        c.batch_execute("PRAGMA mmap_size = 0")?;
    }
    Ok(())
}

/// Runs all checks in one snapshot.
///
/// # Errors
/// [`StoreError`] if the database cannot be read or has another schema.
///
/// `key` signed the events; without it their MACs are not checked.
pub fn verify(conn: &mut Conn, key: Option<&RecordKey>) -> Result<Vec<Verified>> {
    migrate::must_be_current(conn)?;
    let mut checks = rows_and_events(conn, key)?;
    checks.push(registers(conn)?);
    checks.extend(file_is_sound(conn)?);
    Ok(checks)
}

fn registers(conn: &mut Conn) -> Result<Verified> {
    let what = "registers of bulletins and the events before them";
    checked(what, registers_are_of_events(conn))
}

fn rows_and_events(conn: &mut Conn, key: Option<&RecordKey>) -> Result<Vec<Verified>> {
    let erasures = Erasures::load(conn, key)?;
    let mut anchors = Vec::new();
    let published = bulletins_are_as_published(conn, &mut anchors);
    let mut checks = vec![
        checked("versions of year plans", year_plan_versions(conn))?,
        checked("total investment of projects", totals_hold(conn))?,
        checked("projects and the events of their registration", projects_have_events(conn))?,
        checked("confirmed reports and their events", confirmed_reports_have_events(conn))?,
        checked("bulletins and their chain", published)?,
        checked("the chain of sealed events", chain_of_events(conn, &anchors, &erasures))?,
        checked("days of the access log", days_of_access_log(conn, &erasures))?,
    ];
    match compare(conn, key, &erasures) {
        Err(StoreError::Broken(e)) => {
            checks.push(Verified { wrong: vec![e], ..Verified::of("the record", 0) });
        }
        found => checks.extend(found?),
    }
    Ok(checks)
}

/// The check of `what`. A value that cannot be read is something it found.
fn checked(what: &'static str, found: Result<Verified>) -> Result<Verified> {
    match found {
        Err(StoreError::Broken(e)) => Ok(Verified { wrong: vec![e], ..Verified::of(what, 0) }),
        found => found,
    }
}

/// Fields of a bulletin's content that identify it and its predecessor.
#[derive(serde::Deserialize)]
struct Said {
    month: Month,
    previous_sha256: Option<String>,
    /// End of the event chain.
    events: Option<Anchor>,
}

/// Checks that every bulletin still has its published hash and names its predecessor, and that none
/// is missing.
///
/// A missing bulletin is detected by the chain, by its publication event and by the state of its
/// month.
///
/// Adds the end of the chain of events that each bulletin records to `anchors`.
fn bulletins_are_as_published(
    conn: &mut Conn,
    anchors: &mut Vec<(String, Anchor)>,
) -> Result<Verified> {
    let all = bulletins::heads(conn)?;
    let mut wrong = Vec::new();
    let mut previous: Option<String> = None;
    for bulletin in &all {
        let month = bulletin.month;
        let content = bulletins::content(conn, bulletin.id)?;
        let found = sha256(&content);
        if found != bulletin.sha256 {
            wrong.push(format!(
                "bulletin {month}: the hash of its content is {found}, not the recorded one"
            ));
        }
        match serde_json::from_str::<Said>(&content) {
            Ok(said) => {
                if (said.month, &said.previous_sha256) != (month, &bulletin.previous_sha256) {
                    wrong.push(format!(
                        "bulletin {month}: its content names another month or another previous bulletin"
                    ));
                }
                anchors.extend(said.events.map(|anchor| (format!("bulletin {month}"), anchor)));
            }
            Err(e) => wrong.push(format!("bulletin {month}: cannot parse its content: {e}")),
        }
        if bulletin.previous_sha256 != previous {
            wrong.push(format!("bulletin {month}: does not name the previous bulletin"));
        }
        previous = Some(bulletin.sha256.clone());
    }
    for (id, hash) in published_hashes(conn)? {
        if !all.iter().any(|b| b.id.0 == id && Some(&b.sha256) == hash.as_ref()) {
            wrong.push(format!(
                "bulletin {id}: is missing, or has another hash than its publication event records"
            ));
        }
    }
    for month in reporting_months::list(conn, None)? {
        let published = month.state == MonthState::Published;
        if published != all.iter().any(|b| b.month == month.month) {
            wrong.push(format!(
                "{}: is published without a bulletin, or has a bulletin without being published",
                month.month
            ));
        }
    }
    Ok(Verified { wrong, ..Verified::of("bulletins and their chain", all.len()) })
}

/// Checks that sealed events form a gap-free hash chain, and that the chain still contains the
/// anchor of every bulletin, so that deleted events at its end are detected.
fn chain_of_events(
    conn: &mut Conn,
    anchors: &[(String, Anchor)],
    erasures: &Erasures,
) -> Result<Verified> {
    let (looked_at, wrong) = seal::check(conn, anchors, &erasures.format_1)?;
    Ok(Verified { wrong, ..Verified::of("the chain of sealed events", looked_at) })
}

/// Checks that the access log has the lines that the events of its days bound.
fn days_of_access_log(conn: &mut Conn, erasures: &Erasures) -> Result<Verified> {
    let (looked_at, wrong) = access_days::check(conn, erasures)?;
    Ok(Verified { wrong, ..Verified::of("days of the access log", looked_at) })
}

/// `(bulletin, hash)` from the publication events.
fn published_hashes(conn: &mut Conn) -> Result<Vec<(i64, Option<String>)>> {
    let rows: Vec<(i64, String)> = events::table
        .filter(events::kind.eq("bulletin.published"))
        .select((events::subject_id, events::changes))
        .load(conn)?;
    let hash = |(id, text): (i64, String)| {
        let changes: Vec<crate::store::events::FieldChange> =
            serde_json::from_str(&text).map_err(StoreError::broken)?;
        let said = changes.into_iter().find(|c| c.field == "sha256");
        Ok((id, said.and_then(|c| c.after.as_str().map(str::to_owned))))
    };
    rows.into_iter().map(hash).collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Runs SQLite's integrity check. PostgreSQL has its own checksums.
fn file_is_sound(conn: &mut Conn) -> Result<Option<Verified>> {
    let Conn::Sqlite(c) = conn else {
        return Ok(None);
    };
    let mut lines: Vec<Line> =
        sql_query("select integrity_check as line from pragma_integrity_check").load(c)?;
    lines.extend(
        sql_query("select 'row ' || rowid || ' of ' || \"table\" || ' refers to a missing row' as line from pragma_foreign_key_check")
            .load::<Line>(c)?,
    );
    let looked_at = lines.len();
    let wrong = lines.into_iter().map(|l| l.line).filter(|l| l != "ok").collect();
    Ok(Some(Verified { wrong, ..Verified::of("the SQLite file", looked_at) }))
}

/// Plan id and its current version number; version number and annual amount; months.
type VersionRow = ((i64, i32), (i32, i64), Months);

/// Checks that versions are numbered without gaps, that the highest is the current one, and that
/// the months sum to the annual amount.
fn year_plan_versions(conn: &mut Conn) -> Result<Verified> {
    let rows: Vec<VersionRow> = year_plans::table
        .inner_join(versions::table)
        .order((year_plans::id, versions::number))
        .select((
            (year_plans::id, year_plans::current_number),
            (versions::number, versions::annual_fen),
            MONTHS,
        ))
        .load(conn)?;
    let mut wrong = Vec::new();
    let mut numbers: BTreeMap<(i64, i32), Vec<i32>> = BTreeMap::new();
    for (plan, (number, annual), months) in &rows {
        numbers.entry(*plan).or_default().push(*number);
        let sum = amounts(*months).sum().get();
        if sum != *annual {
            wrong.push(format!(
                "year plan {}, version {number}: months sum to {sum} 分, not {annual}",
                plan.0
            ));
        }
    }
    for ((plan, current), found) in numbers {
        let expected: Vec<i32> = (1..=current).collect();
        if found != expected {
            wrong.push(format!("year plan {plan}: versions {found:?}, expected 1 to {current}"));
        }
    }
    Ok(Verified { wrong, ..Verified::of("versions of year plans", rows.len()) })
}

fn projects_have_events(conn: &mut Conn) -> Result<Verified> {
    let all: Vec<i64> = projects::table.select(projects::id).load(conn)?;
    let created: Vec<i64> = events::table
        .filter(events::kind.eq("project.created"))
        .select(events::subject_id)
        .load(conn)?;
    Ok(subjects("projects and the events of their registration", &all, created, "project"))
}

fn confirmed_reports_have_events(conn: &mut Conn) -> Result<Verified> {
    let all: Vec<i64> = reports::table
        .filter(reports::state.eq(ReportState::Confirmed.as_str()))
        .select(reports::id)
        .load(conn)?;
    let confirmed: Vec<i64> = events::table
        .filter(events::kind.eq("report.confirmed"))
        .select(events::subject_id)
        .load(conn)?;
    Ok(subjects(
        "confirmed reports and the events of their confirmation",
        &all,
        confirmed,
        "report",
    ))
}

fn subjects(what: &'static str, all: &[i64], with_event: Vec<i64>, name: &str) -> Verified {
    let known: BTreeSet<i64> = with_event.into_iter().collect();
    let wrong = all
        .iter()
        .filter(|id| !known.contains(id))
        .map(|id| format!("{name} {id} has no event that records how it reached this state"))
        .collect();
    Verified { wrong, ..Verified::of(what, all.len()) }
}
