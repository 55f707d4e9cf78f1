//! Year plans of projects and their versions. A version is inserted once and never changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UserId, YearPlanId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::year_plan::{MonthlyAmounts, PlanVersion, YearPlan};
use crate::store::schema::{year_plan_versions as versions, year_plans};
use crate::store::{Conn, Result, StoreError};

/// Values of the twelve month columns of a version, in 分.
pub(in crate::store) type Months = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

/// The twelve month columns of a version, for `select`.
pub(in crate::store) const MONTHS: (
    versions::month_01_fen,
    versions::month_02_fen,
    versions::month_03_fen,
    versions::month_04_fen,
    versions::month_05_fen,
    versions::month_06_fen,
    versions::month_07_fen,
    versions::month_08_fen,
    versions::month_09_fen,
    versions::month_10_fen,
    versions::month_11_fen,
    versions::month_12_fen,
) = (
    versions::month_01_fen,
    versions::month_02_fen,
    versions::month_03_fen,
    versions::month_04_fen,
    versions::month_05_fen,
    versions::month_06_fen,
    versions::month_07_fen,
    versions::month_08_fen,
    versions::month_09_fen,
    versions::month_10_fen,
    versions::month_11_fen,
    versions::month_12_fen,
);

pub(in crate::store) fn amounts(m: Months) -> MonthlyAmounts {
    MonthlyAmounts([m.0, m.1, m.2, m.3, m.4, m.5, m.6, m.7, m.8, m.9, m.10, m.11].map(Fen::new))
}

type Words = (String, String, String);
type Row = (i32, String, String, i64, Months, Words, NaiveDateTime, Option<i64>);

fn version(row: Row) -> Result<PlanVersion> {
    let (number, kind, month, annual, months, words, created_at, created_by) = row;
    let (goal, document_number, reason) = words;
    Ok(PlanVersion {
        number,
        kind: StoreError::read_text(&kind)?,
        effective_month: StoreError::read_text(&month)?,
        annual: Fen::new(annual),
        months: amounts(months),
        goal,
        document_number,
        reason,
        created_at: Timestamp::new(created_at),
        created_by: created_by.map(UserId),
    })
}

/// Projects that have a plan for `year`.
pub(crate) fn projects_of(conn: &mut Conn, year: Year) -> Result<BTreeSet<ProjectId>> {
    let ids: Vec<i64> = year_plans::table
        .filter(year_plans::year.eq(year.get()))
        .select(year_plans::project_id)
        .load(conn)?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

/// Finds a year plan, with all its versions.
pub(crate) fn find(conn: &mut Conn, project: ProjectId, year: Year) -> Result<Option<YearPlan>> {
    let plan: Option<(i64, i64)> = year_plans::table
        .filter(year_plans::project_id.eq(project.0))
        .filter(year_plans::year.eq(year.get()))
        .select((year_plans::id, year_plans::version))
        .first(conn)
        .optional()?;
    let Some((id, at)) = plan else {
        return Ok(None);
    };
    let versions = versions_of(conn, &[id])?.remove(&id).unwrap_or_default();
    Ok(Some(YearPlan { id: YearPlanId(id), project_id: project, year, versions, version: at }))
}

/// Year plans of these projects for these years, with all their versions.
pub(crate) fn of_projects(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
    years: &BTreeSet<Year>,
) -> Result<Vec<YearPlan>> {
    let plans: Vec<(i64, i64, i32, i64)> = year_plans::table
        .filter(year_plans::project_id.eq_any(projects.iter().map(|p| p.0)))
        .filter(year_plans::year.eq_any(years.iter().map(|y| y.get())))
        .select((year_plans::id, year_plans::project_id, year_plans::year, year_plans::version))
        .load(conn)?;
    let ids: Vec<i64> = plans.iter().map(|(id, ..)| *id).collect();
    let mut versions = versions_of(conn, &ids)?;
    let plan = |(id, project, year, version): (i64, i64, i32, i64)| {
        Ok(YearPlan {
            id: YearPlanId(id),
            project_id: ProjectId(project),
            year: Year::new(year).ok_or_else(|| StoreError::broken("a stored year"))?,
            versions: versions.remove(&id).unwrap_or_default(),
            version,
        })
    };
    plans.into_iter().map(plan).collect()
}

/// Versions of these year plans, oldest first, by the plan's id.
pub(super) fn versions_of(
    conn: &mut Conn,
    plans: &[i64],
) -> Result<BTreeMap<i64, Vec<PlanVersion>>> {
    let rows: Vec<(i64, Row)> = versions::table
        .filter(versions::year_plan_id.eq_any(plans))
        .order((versions::year_plan_id, versions::number))
        .select((
            versions::year_plan_id,
            (
                versions::number,
                versions::kind,
                versions::effective_month,
                versions::annual_fen,
                MONTHS,
                (versions::goal, versions::document_number, versions::reason),
                versions::created_at,
                versions::created_by,
            ),
        ))
        .load(conn)?;
    let mut found: BTreeMap<i64, Vec<PlanVersion>> = BTreeMap::new();
    for (plan, row) in rows {
        found.entry(plan).or_default().push(version(row)?);
    }
    Ok(found)
}

/// Inserts a year plan with its first version.
///
/// # Errors
/// [`StoreError::Taken`] if the project already has a plan for this year.
pub(crate) fn insert(
    conn: &mut Conn,
    project: ProjectId,
    year: Year,
    first: &PlanVersion,
) -> Result<YearPlanId> {
    let id: i64 = diesel::insert_into(year_plans::table)
        .values((
            year_plans::project_id.eq(project.0),
            year_plans::year.eq(year.get()),
            year_plans::current_number.eq(first.number),
        ))
        .returning(year_plans::id)
        .get_result(conn)?;
    insert_version(conn, YearPlanId(id), first)?;
    Ok(YearPlanId(id))
}

/// Appends a version if the plan's row version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn add_version(conn: &mut Conn, plan: &YearPlan, new: &PlanVersion) -> Result<()> {
    let mine = year_plans::table.find(plan.id.0).filter(year_plans::version.eq(plan.version));
    let changed = diesel::update(mine)
        .set((
            year_plans::current_number.eq(new.number),
            year_plans::version.eq(year_plans::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    insert_version(conn, plan.id, new)
}

#[derive(Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
struct NewVersion<'a> {
    year_plan_id: i64,
    number: i32,
    kind: &'static str,
    effective_month: String,
    annual_fen: i64,
    month_01_fen: i64,
    month_02_fen: i64,
    month_03_fen: i64,
    month_04_fen: i64,
    month_05_fen: i64,
    month_06_fen: i64,
    month_07_fen: i64,
    month_08_fen: i64,
    month_09_fen: i64,
    month_10_fen: i64,
    month_11_fen: i64,
    month_12_fen: i64,
    goal: &'a str,
    document_number: &'a str,
    reason: &'a str,
    created_at: NaiveDateTime,
    created_by: Option<i64>,
}

fn insert_version(conn: &mut Conn, plan: YearPlanId, new: &PlanVersion) -> Result<()> {
    let [jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec] = new.months.0.map(Fen::get);
    let row = NewVersion {
        year_plan_id: plan.0,
        number: new.number,
        kind: new.kind.as_str(),
        effective_month: new.effective_month.to_string(),
        annual_fen: new.annual.get(),
        month_01_fen: jan,
        month_02_fen: feb,
        month_03_fen: mar,
        month_04_fen: apr,
        month_05_fen: may,
        month_06_fen: jun,
        month_07_fen: jul,
        month_08_fen: aug,
        month_09_fen: sep,
        month_10_fen: oct,
        month_11_fen: nov,
        month_12_fen: dec,
        goal: &new.goal,
        document_number: &new.document_number,
        reason: &new.reason,
        created_at: new.created_at.naive(),
        created_by: new.created_by.map(|u| u.0),
    };
    diesel::insert_into(versions::table).values(row).execute(conn)?;
    Ok(())
}
