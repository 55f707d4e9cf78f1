//! Reporting months, their late grants and their filings.

pub(crate) mod filings;
pub(crate) mod grants;
pub(crate) mod recorded;

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ReportingMonthId, UserId};
use crate::domain::month::{Month, Year};
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::reporting_month::{MonthState, ReportingMonth};
use crate::store::schema::reporting_months as months;
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
        let first = year.january().to_string();
        let last = year.december().to_string();
        query = query.filter(months::month.between(first, last));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(ReportingMonth::try_from).collect()
}

/// Finds a reporting month; `None` if it was never opened.
pub(crate) fn find(conn: &mut Conn, month: Month) -> Result<Option<ReportingMonth>> {
    let row: Option<Row> = months::table
        .filter(months::month.eq(month.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(ReportingMonth::try_from).transpose()
}

/// The reporting months of `months` that were opened.
pub(crate) fn of_months(conn: &mut Conn, months: &BTreeSet<Month>) -> Result<Vec<ReportingMonth>> {
    let rows: Vec<Row> = months::table
        .filter(months::month.eq_any(months.iter().map(Month::to_string)))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(ReportingMonth::try_from).collect()
}

/// Loads a reporting month, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, month: Month) -> Result<ReportingMonth> {
    find(conn, month)?.ok_or(StoreError::NotFound)
}

/// Last closed or published month of `year`.
pub(crate) fn last_closed(conn: &mut Conn, year: Year) -> Result<Option<Month>> {
    let locked = list(conn, Some(year))?.into_iter().rfind(|m| m.state != MonthState::Open);
    Ok(locked.map(|m| m.month))
}

/// Loads the reporting month in which a report is filed or reviewed.
///
/// # Errors
/// [`MonthRefusal::NotOpen`] if it was never opened.
pub(crate) fn opened<E>(conn: &mut Conn, month: Month) -> Result<ReportingMonth, E>
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
pub(crate) fn save(conn: &mut Conn, month: &ReportingMonth) -> Result<()> {
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
pub(crate) fn lock(conn: &mut Conn) -> Result<()> {
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
pub(crate) fn hold(conn: &mut Conn, month: &ReportingMonth) -> Result<()> {
    let mine = months::table.find(month.id.0).filter(months::version.eq(month.version));
    let held = match conn {
        // SQLite has a single writer.
        Conn::Sqlite(_) => 1,
        Conn::Postgres(c) => mine.select(months::id).for_share().load::<i64>(c)?.len(),
    };
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
