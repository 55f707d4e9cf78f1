//! What files of projects have beside the projects: units, ids in other systems, and the plan of one
//! year.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::external_id::ExternalId;
use crate::domain::reference::unit::ProjectUnit;
use crate::store::projects::{external_ids, units};
use crate::store::schema::{year_plan_versions as versions, year_plans};
use crate::store::{Conn, Result};

/// What is stored beside a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct BesideProject {
    /// Units, in the order of assignment.
    pub units: Vec<ProjectUnit>,
    /// Ids in other systems.
    pub external_ids: Vec<ExternalId>,
    /// Last version of the plan of the year.
    pub plan: Option<PlanOfYear>,
}

/// Annual amount and goal of a plan.
#[derive(Clone, Debug)]
pub(crate) struct PlanOfYear {
    /// Planned investment of the year.
    pub annual: Fen,
    /// Goal of the year; may be empty.
    pub goal: String,
}

/// What is stored beside these projects, with the plans of `year`; three queries.
pub(crate) fn of(
    conn: &mut Conn,
    projects: &[ProjectId],
    year: Option<Year>,
) -> Result<BTreeMap<ProjectId, BesideProject>> {
    let ids: Vec<i64> = projects.iter().map(|project| project.0).collect();
    let mut units = units::of(conn, &ids)?;
    let mut external_ids = external_ids::of(conn, &ids)?;
    let mut plans = plans(conn, &ids, year)?;
    let mut beside = |project: &ProjectId| BesideProject {
        units: units.remove(project).unwrap_or_default(),
        external_ids: external_ids.remove(project).unwrap_or_default(),
        plan: plans.remove(project),
    };
    Ok(projects.iter().map(|project| (*project, beside(project))).collect())
}

fn plans(
    conn: &mut Conn,
    projects: &[i64],
    year: Option<Year>,
) -> Result<BTreeMap<ProjectId, PlanOfYear>> {
    let Some(year) = year else {
        return Ok(BTreeMap::new());
    };
    let rows: Vec<(i64, i64, String)> = year_plans::table
        .inner_join(versions::table)
        .filter(year_plans::year.eq(year.get()))
        .filter(year_plans::project_id.eq_any(projects))
        .filter(versions::number.eq(year_plans::current_number))
        .select((year_plans::project_id, versions::annual_fen, versions::goal))
        .load(conn)?;
    let plan = |(project, annual, goal)| {
        (ProjectId(project), PlanOfYear { annual: Fen::new(annual), goal })
    };
    Ok(rows.into_iter().map(plan).collect())
}
