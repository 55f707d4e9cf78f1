//! What is planned for and done in a project.

use diesel::prelude::*;

use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::limits::{AnnualPlan, InvestmentFloor};
use crate::domain::report::ReportState;
use crate::store::schema::{
    monthly_reports as reports, restatements, year_plan_versions as versions, year_plans,
};
use crate::store::{Conn, Result, StoreError};

/// The highest annual plan of `project`, and what it completed in the register.
pub(crate) fn of(conn: &mut Conn, project: ProjectId) -> Result<InvestmentFloor> {
    let found: Option<(i32, i64)> = year_plans::table
        .inner_join(versions::table)
        .filter(year_plans::project_id.eq(project.0))
        .filter(versions::number.eq(year_plans::current_number))
        .order((versions::annual_fen.desc(), year_plans::year))
        .select((year_plans::year, versions::annual_fen))
        .first(conn)
        .optional()?;
    let plan = |(year, annual): (i32, i64)| {
        let year = Year::new(year).ok_or_else(|| StoreError::broken("stored year"))?;
        Ok::<_, StoreError>(AnnualPlan { year, annual: Fen::new(annual) })
    };
    let confirmed: Vec<i64> = reports::table
        .filter(reports::project_id.eq(project.0))
        .filter(reports::state.eq(ReportState::Confirmed.as_str()))
        .select(reports::completed_fen)
        .load(conn)?;
    let restated: Vec<i64> = restatements::table
        .filter(restatements::project_id.eq(project.0))
        .select(restatements::amount_fen)
        .load(conn)?;
    Ok(InvestmentFloor {
        highest_plan: found.map(plan).transpose()?,
        completed: confirmed.into_iter().chain(restated).map(Fen::new).sum(),
    })
}
