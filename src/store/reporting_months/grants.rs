//! Late grants, which allow a unit to file after the due date.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LateGrantId, ProjectId, ReportingMonthId, UnitId, UserId};
use crate::domain::reporting_month::LateGrant;
use crate::store::schema::{late_grants, project_units, units};
use crate::store::{Conn, Result};

/// A late grant with the name of its unit.
#[derive(Clone, Debug)]
pub(crate) struct NamedGrant {
    /// The grant.
    pub grant: LateGrant,
    /// Name of the unit that may file.
    pub unit: String,
}

/// Late grants of a month, newest first.
pub(crate) fn list(conn: &mut Conn, month: ReportingMonthId) -> Result<Vec<NamedGrant>> {
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
    let read = |(id, unit_id, until, reason, granted_at, by, unit): Found| {
        let grant = LateGrant {
            id: LateGrantId(id),
            unit_id: UnitId(unit_id),
            until: Timestamp::new(until),
            reason,
            granted_at: Timestamp::new(granted_at),
            granted_by: by.map(UserId),
        };
        NamedGrant { grant, unit }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Inserts a late grant; the database assigns the id.
pub(crate) fn insert(
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

/// `(month, unit)` of the late grants of these months that are active at `now`.
pub(crate) fn active(
    conn: &mut Conn,
    months: &BTreeSet<ReportingMonthId>,
    now: Timestamp,
) -> Result<Vec<(ReportingMonthId, UnitId)>> {
    let rows: Vec<(i64, i64)> = late_grants::table
        .filter(late_grants::reporting_month_id.eq_any(months.iter().map(|m| m.0)))
        .filter(late_grants::until.gt(now.naive()))
        .select((late_grants::reporting_month_id, late_grants::unit_id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(month, unit)| (ReportingMonthId(month), UnitId(unit))).collect())
}

/// True if `unit` has an active late grant in this month.
///
/// Without `unit` (the caller acts for an area), an active grant of any unit of `project` is
/// sufficient.
pub(crate) fn is_granted(
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
