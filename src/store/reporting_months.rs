//! Reporting months and late grants, which allow a unit to file after the due date.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LateGrantId, ProjectId, ReportingMonthId, UnitId, UserId};
use crate::domain::month::{Month, Year};
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::reporting_month::{LateGrant, MonthState, ReportingMonth};
use crate::store::schema::{
    late_grants, project_units, projects, reporting_months as months, units,
};
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = months)]
struct Row {
    id: i64,
    month: String,
    opens_on: NaiveDate,
    due_on: NaiveDate,
    state: String,
    closed_at: Option<NaiveDateTime>,
    closed_by: Option<i64>,
    version: i64,
}

impl TryFrom<Row> for ReportingMonth {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ReportingMonthId(row.id),
            month: StoreError::read_text(&row.month)?,
            opens_on: row.opens_on,
            due_on: row.due_on,
            state: StoreError::read_text(&row.state)?,
            closed_at: row.closed_at.map(Timestamp::new),
            closed_by: row.closed_by.map(UserId),
            version: row.version,
        })
    }
}

/// Reporting months of a year, or of all years; earliest first.
pub fn list(conn: &mut Conn, year: Option<Year>) -> Result<Vec<ReportingMonth>> {
    let mut query = months::table.order(months::month).select(Row::as_select()).into_boxed();
    if let Some(year) = year {
        let (first, last) = (year.january().to_string(), year.december().to_string());
        query = query.filter(months::month.between(first, last));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(ReportingMonth::try_from).collect()
}

/// Finds a reporting month; `None` if it was never opened.
pub fn find(conn: &mut Conn, month: Month) -> Result<Option<ReportingMonth>> {
    let row: Option<Row> = months::table
        .filter(months::month.eq(month.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(ReportingMonth::try_from).transpose()
}

/// Loads a reporting month, or returns [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, month: Month) -> Result<ReportingMonth> {
    find(conn, month)?.ok_or(StoreError::NotFound)
}

/// Last closed or published month of `year`.
pub fn last_closed(conn: &mut Conn, year: Year) -> Result<Option<Month>> {
    let locked = list(conn, Some(year))?.into_iter().rfind(|m| m.state != MonthState::Open);
    Ok(locked.map(|m| m.month))
}

/// Loads the reporting month in which a report is filed or reviewed.
///
/// # Errors
/// [`MonthRefusal::NotOpen`] if it was never opened.
pub fn opened<E>(conn: &mut Conn, month: Month) -> Result<ReportingMonth, E>
where
    E: From<StoreError> + From<MonthRefusal>,
{
    find(conn, month)?.ok_or_else(|| MonthRefusal::NotOpen { month, opens_on: None }.into())
}

/// Inserts a reporting month; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the month already exists.
pub fn insert(conn: &mut Conn, new: &ReportingMonth) -> Result<()> {
    diesel::insert_into(months::table)
        .values((
            months::month.eq(new.month.to_string()),
            months::opens_on.eq(new.opens_on),
            months::due_on.eq(new.due_on),
            months::state.eq(MonthState::Open.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Updates `month` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub fn save(conn: &mut Conn, month: &ReportingMonth) -> Result<()> {
    let mine = months::table.find(month.id.0).filter(months::version.eq(month.version));
    let changed = diesel::update(mine)
        .set((
            months::opens_on.eq(month.opens_on),
            months::due_on.eq(month.due_on),
            months::state.eq(month.state.as_str()),
            months::closed_at.eq(month.closed_at.map(Timestamp::naive)),
            months::closed_by.eq(month.closed_by.map(|u| u.0)),
            months::version.eq(months::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Blocks concurrent filing and reviewing until the transaction ends, after waiting for the
/// transactions that are doing so. Must be called before the first query.
///
/// The snapshot of a REPEATABLE READ transaction is taken by its first query, and `lock table` does
/// not take one. Reports filed before the lock was granted are therefore visible; later ones fail
/// because the month has changed.
pub fn lock(conn: &mut Conn) -> Result<()> {
    match conn {
        // SQLite has a single writer.
        Conn::Sqlite(_) => {}
        Conn::Postgres(c) => {
            diesel::sql_query("lock table reporting_months in exclusive mode").execute(c)?;
        }
    }
    Ok(())
}

/// Holds a shared lock on the month until the transaction ends.
///
/// A transaction that closes the month and one that confirms a report in it cannot both succeed.
///
/// # Errors
/// [`StoreError::Stale`] if the month changed since it was read.
pub fn hold(conn: &mut Conn, month: &ReportingMonth) -> Result<()> {
    let mine = months::table.find(month.id.0).filter(months::version.eq(month.version));
    let held = match conn {
        // SQLite has a single writer.
        Conn::Sqlite(_) => 1,
        Conn::Postgres(c) => mine.select(months::id).for_share().load::<i64>(c)?.len(),
    };
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Late grants of a month with unit names, newest first.
pub fn grants(conn: &mut Conn, month: ReportingMonthId) -> Result<Vec<(LateGrant, String)>> {
    type Found = (i64, i64, NaiveDateTime, String, NaiveDateTime, Option<i64>, String);
    let rows: Vec<Found> = late_grants::table
        .inner_join(units::table)
        .filter(late_grants::reporting_month_id.eq(month.0))
        .order(late_grants::id.desc())
        .select((
            late_grants::id,
            late_grants::unit_id,
            late_grants::until,
            late_grants::reason,
            late_grants::granted_at,
            late_grants::granted_by,
            units::name,
        ))
        .load(conn)?;
    let read = |(id, unit, until, reason, granted_at, by, name): Found| {
        let grant = LateGrant {
            id: LateGrantId(id),
            unit_id: UnitId(unit),
            until: Timestamp::new(until),
            reason,
            granted_at: Timestamp::new(granted_at),
            granted_by: by.map(UserId),
        };
        (grant, name)
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Inserts a late grant.
pub fn insert_grant(
    conn: &mut Conn,
    month: ReportingMonthId,
    new: &LateGrant,
) -> Result<LateGrantId> {
    let id = diesel::insert_into(late_grants::table)
        .values((
            late_grants::reporting_month_id.eq(month.0),
            late_grants::unit_id.eq(new.unit_id.0),
            late_grants::until.eq(new.until.naive()),
            late_grants::reason.eq(&new.reason),
            late_grants::granted_at.eq(new.granted_at.naive()),
            late_grants::granted_by.eq(new.granted_by.map(|u| u.0)),
        ))
        .returning(late_grants::id)
        .get_result(conn)?;
    Ok(LateGrantId(id))
}

/// True if `unit` has an active late grant in this month.
///
/// Without `unit` (the caller acts for an area), an active grant of any unit of `project` is
/// sufficient.
pub fn is_granted(
    conn: &mut Conn,
    month: ReportingMonthId,
    project: ProjectId,
    unit: Option<UnitId>,
    now: Timestamp,
) -> Result<bool> {
    let lasting: Vec<i64> = late_grants::table
        .filter(late_grants::reporting_month_id.eq(month.0))
        .filter(late_grants::until.gt(now.naive()))
        .select(late_grants::unit_id)
        .load(conn)?;
    if let Some(unit) = unit {
        return Ok(lasting.contains(&unit.0));
    }
    let answering: Vec<i64> = project_units::table
        .filter(project_units::project_id.eq(project.0))
        .select(project_units::unit_id)
        .load(conn)?;
    Ok(answering.iter().any(|unit| lasting.contains(unit)))
}

/// Names of these projects, by id.
pub fn project_names(conn: &mut Conn, of: &[ProjectId]) -> Result<BTreeMap<ProjectId, String>> {
    let rows: Vec<(i64, String)> = projects::table
        .filter(projects::id.eq_any(of.iter().map(|p| p.0)))
        .select((projects::id, projects::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (ProjectId(id), name)).collect())
}
