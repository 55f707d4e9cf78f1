//! Restatements of closed months. A restatement is inserted once and never changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, RestatementId, UserId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::report::restatement::Restatement;
use crate::store::schema::{projects, restatements};
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = restatements)]
pub(super) struct Row {
    pub(super) id: i64,
    project_id: i64,
    month: String,
    amount_fen: i64,
    reason: String,
    approver: String,
    created_at: NaiveDateTime,
    created_by: Option<i64>,
}

impl TryFrom<Row> for Restatement {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: RestatementId(row.id),
            project_id: ProjectId(row.project_id),
            month: StoreError::read_text(&row.month)?,
            amount: Fen::new(row.amount_fen),
            reason: row.reason,
            approver: row.approver,
            created_at: Timestamp::new(row.created_at),
            created_by: row.created_by.map(UserId),
        })
    }
}

/// Restatements of a project, of one month or of all months, in order of entry.
pub(crate) fn list(
    conn: &mut Conn,
    project: ProjectId,
    month: Option<Month>,
) -> Result<Vec<Restatement>> {
    let mut query = restatements::table
        .filter(restatements::project_id.eq(project.0))
        .order((restatements::month, restatements::id))
        .select(Row::as_select())
        .into_boxed();
    if let Some(month) = month {
        query = query.filter(restatements::month.eq(month.to_string()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(Restatement::try_from).collect()
}

/// Restatements of these projects, in order of month and entry.
pub(crate) fn of_projects(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
) -> Result<Vec<Restatement>> {
    let rows: Vec<Row> = restatements::table
        .filter(restatements::project_id.eq_any(projects.iter().map(|p| p.0)))
        .order((restatements::month, restatements::id))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Restatement::try_from).collect()
}

/// Restatements of these projects in these months, in order of entry.
pub(crate) fn of_months(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
    months: &BTreeSet<Month>,
) -> Result<Vec<Restatement>> {
    let rows: Vec<Row> = restatements::table
        .filter(restatements::project_id.eq_any(projects.iter().map(|p| p.0)))
        .filter(restatements::month.eq_any(months.iter().map(Month::to_string)))
        .order(restatements::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Restatement::try_from).collect()
}

/// All restatements with project names, in order of entry.
pub(crate) fn all(conn: &mut Conn) -> Result<Vec<(Restatement, String)>> {
    let rows: Vec<(Row, String)> = restatements::table
        .inner_join(projects::table)
        .order(restatements::id)
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    rows.into_iter().map(|(row, name)| Ok((row.try_into()?, name))).collect()
}

/// `(project, (month, amount))` of all restatements of the months of a year.
pub(in crate::store) fn of_year(
    conn: &mut Conn,
    year: Year,
) -> Result<BTreeMap<i64, Vec<(Month, Fen)>>> {
    let first = year.january().to_string();
    let last = year.december().to_string();
    let rows: Vec<(i64, String, i64)> = restatements::table
        .filter(restatements::month.between(first, last))
        .order((restatements::project_id, restatements::month, restatements::id))
        .select((restatements::project_id, restatements::month, restatements::amount_fen))
        .load(conn)?;
    let mut found: BTreeMap<i64, Vec<(Month, Fen)>> = BTreeMap::new();
    for (project, month, fen) in rows {
        let amount = (StoreError::read_text(&month)?, Fen::new(fen));
        found.entry(project).or_default().push(amount);
    }
    Ok(found)
}

/// `(project, amount)` of all restatements of months before `year`.
pub(in crate::store) fn before(conn: &mut Conn, year: Year) -> Result<Vec<(i64, i64)>> {
    Ok(restatements::table
        .filter(restatements::month.lt(year.january().to_string()))
        .select((restatements::project_id, restatements::amount_fen))
        .load(conn)?)
}

/// Inserts a restatement.
///
/// Also writes the project's row without changing it, so that two concurrent restatements conflict
/// and the second is validated again with the first one included.
pub(crate) fn insert(conn: &mut Conn, new: &Restatement) -> Result<RestatementId> {
    diesel::update(projects::table.find(new.project_id.0))
        .set(projects::version.eq(projects::version))
        .execute(conn)?;
    let id = diesel::insert_into(restatements::table)
        .values((
            restatements::project_id.eq(new.project_id.0),
            restatements::month.eq(new.month.to_string()),
            restatements::amount_fen.eq(new.amount.get()),
            restatements::reason.eq(&new.reason),
            restatements::approver.eq(&new.approver),
            restatements::created_at.eq(new.created_at.naive()),
            restatements::created_by.eq(new.created_by.map(|u| u.0)),
        ))
        .returning(restatements::id)
        .get_result(conn)?;
    Ok(RestatementId(id))
}
