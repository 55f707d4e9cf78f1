//! Loads the projects of a summary with their plans and reports.
//!
//! Four queries in one snapshot, regardless of the number of projects. The sums are computed in
//! [`crate::domain::figures::summary`].

pub(crate) mod source;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::figures::edition::Edition;
use crate::domain::figures::summary::{Dates, MonthReport, ProjectYear};
use crate::domain::id::{AreaId, IndustryId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{Basis, PlanBases};
use crate::domain::report::ReportState;
use crate::store::plans::year_plans::{MONTHS, Months, amounts};
use crate::store::projects::{ProjectFilter, wanted};
use crate::store::reports::restatements;
use crate::store::schema::{
    monthly_reports as reports, projects, year_plan_versions as versions, year_plans,
};
use crate::store::{Conn, Result, StoreError};

/// Visible projects of the filter's year, with plan and reports of that year.
///
/// The current plan is the version in force at the end of `through`.
pub(crate) fn project_years(
    conn: &mut Conn,
    filter: &ProjectFilter,
    sight: Sight,
    through: Month,
    basis: Basis,
) -> Result<Vec<ProjectYear>> {
    let year = through.year();
    let filter = ProjectFilter { year: Some(year), ..filter.clone() };
    let mut plans = plans(conn, through, filter.project)?;
    let mut reports = reports_of(conn, year, filter.project)?;
    let mut restated = restatements::of_year(conn, year)?;
    let before = confirmed_before(conn, year)?;
    let rows: Vec<Row> =
        wanted(&filter, sight).order(projects::id).select(Row::as_select()).load(conn)?;
    rows.into_iter()
        .map(|row| {
            let plan = plans.remove(&row.id);
            let earlier = before.get(&row.id).copied().unwrap_or(Fen::ZERO);
            let year = row.year(basis, earlier)?;
            Ok(ProjectYear {
                plan: plan.and_then(|plan| plan.bases),
                planned_from: plan.map(|plan| plan.from),
                reports: reports.remove(&row.id).unwrap_or_default(),
                restatements: restated.remove(&row.id).unwrap_or_default(),
                ..year
            })
        })
        .collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects)]
struct Row {
    id: i64,
    industry_id: i64,
    area_id: i64,
    stage: String,
    nature: String,
    total_fen: i64,
    invested_before_fen: i64,
    registered_year: i32,
    planned_start: Option<NaiveDate>,
    planned_finish: Option<NaiveDate>,
    actual_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
}

impl Row {
    /// The project without plan, reports and restatements; `earlier` was confirmed before the year.
    fn year(&self, basis: Basis, earlier: Fen) -> Result<ProjectYear> {
        Ok(ProjectYear {
            id: ProjectId(self.id),
            industry: IndustryId(self.industry_id),
            area: AreaId(self.area_id),
            stage: StoreError::read_text(&self.stage)?,
            nature: StoreError::read_text(&self.nature)?,
            total: Fen::new(self.total_fen),
            before_the_year: Fen::new(self.invested_before_fen) + earlier,
            registered_year: Year::new(self.registered_year)
                .ok_or_else(|| StoreError::broken("stored year"))?,
            starts: Dates { actual: self.actual_start, planned: self.planned_start },
            finishes: Dates { actual: self.actual_finish, planned: self.planned_finish },
            ended_on: self.ended_on,
            plan: None,
            planned_from: None,
            basis,
            reports: Vec::new(),
            restatements: Vec::new(),
            edition: Edition::CURRENT,
        })
    }
}

/// Year plan of a project.
#[derive(Clone, Copy)]
struct Planned {
    /// First version and version in force by the month of the summary; `None` if none is in force.
    bases: Option<PlanBases>,
    /// Month in which the first version takes effect.
    from: Month,
}

/// First version and version in force at the end of `through`, by project.
fn plans(
    conn: &mut Conn,
    through: Month,
    only: Option<ProjectId>,
) -> Result<BTreeMap<i64, Planned>> {
    let mut query = year_plans::table
        .inner_join(versions::table)
        .filter(year_plans::year.eq(through.year().get()))
        .order((year_plans::project_id, versions::number))
        .select((year_plans::project_id, versions::effective_month, MONTHS))
        .into_boxed();
    if let Some(project) = only {
        query = query.filter(year_plans::project_id.eq(project.0));
    }
    let rows: Vec<(i64, String, Months)> = query.load(conn)?;
    let mut found: BTreeMap<i64, Planned> = BTreeMap::new();
    for (project, effective, months) in rows {
        let effective: Month = StoreError::read_text(&effective)?;
        let current = amounts(months);
        let plan = found.entry(project).or_insert(Planned { bases: None, from: effective });
        if effective <= through {
            let initial = plan.bases.map_or(current, |b| b.initial);
            plan.bases = Some(PlanBases { initial, current });
        }
    }
    Ok(found)
}

fn reports_of(
    conn: &mut Conn,
    year: Year,
    only: Option<ProjectId>,
) -> Result<BTreeMap<i64, Vec<MonthReport>>> {
    let mut query = reports::table
        .filter(reports::month.between(year.january().to_string(), year.december().to_string()))
        .order((reports::project_id, reports::month))
        .select((
            reports::project_id,
            reports::month,
            reports::state,
            reports::completed_fen,
            reports::first_submitted_on,
        ))
        .into_boxed();
    if let Some(project) = only {
        query = query.filter(reports::project_id.eq(project.0));
    }
    let rows: Vec<(i64, String, String, i64, Option<NaiveDate>)> = query.load(conn)?;
    let mut found: BTreeMap<i64, Vec<MonthReport>> = BTreeMap::new();
    for (project, month, state, fen, first_submitted_on) in rows {
        found.entry(project).or_default().push(MonthReport {
            month: StoreError::read_text(&month)?,
            state: StoreError::read_text(&state)?,
            completed: Fen::new(fen),
            first_submitted_on,
        });
    }
    Ok(found)
}

fn confirmed_before(conn: &mut Conn, year: Year) -> Result<BTreeMap<i64, Fen>> {
    let rows: Vec<(i64, i64)> = reports::table
        .filter(reports::month.lt(year.january().to_string()))
        .filter(reports::state.eq(ReportState::Confirmed.as_str()))
        .select((reports::project_id, reports::completed_fen))
        .load(conn)?;
    let restated = restatements::before(conn, year)?;
    let mut sums = BTreeMap::new();
    for (project, fen) in rows.into_iter().chain(restated) {
        *sums.entry(project).or_insert(Fen::ZERO) += Fen::new(fen);
    }
    Ok(sums)
}
