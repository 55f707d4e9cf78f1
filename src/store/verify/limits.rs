//! Checks that the total investment of every project holds what is planned and done.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::money::Fen;
use crate::domain::project::Stage;
use crate::domain::report::ReportState;
use crate::domain::warning::Warning;
use crate::store::schema::{
    monthly_reports as reports, projects, restatements, year_plan_versions as versions, year_plans,
};
use crate::store::verify::found::Verified;
use crate::store::{Conn, Result, StoreError};

/// Checks every project: only one before construction has no total; no current year plan is above its total, and what was invested before,
/// confirmed and restated is not either.
///
/// A report that takes its project above the total is confirmed with a warning, and a restatement
/// may do so too. Such a project is noted; it is wrong only if neither explains it.
pub(super) fn totals_hold(conn: &mut Conn) -> Result<Verified> {
    let all: Vec<(i64, i64, i64, String)> = projects::table
        .order(projects::id)
        .select((projects::id, projects::total_fen, projects::invested_before_fen, projects::stage))
        .load(conn)?;
    let plans = current_plans(conn)?;
    let done = done(conn)?;
    let mut found = Verified::of("total investment of projects", all.len());
    for (id, total, before, stage) in all {
        let total = Fen::new(total);
        if total == Fen::ZERO {
            // An unknown total limits nothing, and construction does not begin without one.
            if StoreError::read_text::<Stage>(&stage)?.has_started() {
                found.wrong.push(format!("project {id}: in stage {stage} without a total"));
            }
            continue;
        }
        for (year, annual) in plans.get(&id).into_iter().flatten().filter(|(_, a)| *a > total) {
            found.wrong.push(format!(
                "project {id}: {} 万元 planned for {year} is more than its total of {} 万元",
                annual.to_wan(),
                total.to_wan()
            ));
        }
        let here = done.amounts.get(&id).copied().unwrap_or_default();
        let invested = Fen::new(before) + here;
        if invested > total {
            let line = format!(
                "project {id}: {} 万元 invested is more than its total of {} 万元",
                invested.to_wan(),
                total.to_wan()
            );
            let is_explained = done.explained.contains(&id);
            if is_explained { &mut found.noted } else { &mut found.wrong }.push(line);
        }
    }
    Ok(found)
}

/// Year and annual amount of the current year plans, by project.
fn current_plans(conn: &mut Conn) -> Result<BTreeMap<i64, Vec<(i32, Fen)>>> {
    let rows: Vec<(i64, i32, i64)> = year_plans::table
        .inner_join(versions::table)
        .filter(versions::number.eq(year_plans::current_number))
        .order((year_plans::project_id, year_plans::year))
        .select((year_plans::project_id, year_plans::year, versions::annual_fen))
        .load(conn)?;
    let mut plans: BTreeMap<i64, Vec<(i32, Fen)>> = BTreeMap::new();
    for (project, year, annual) in rows {
        plans.entry(project).or_default().push((year, Fen::new(annual)));
    }
    Ok(plans)
}

/// What projects completed in the register.
struct Done {
    /// Confirmed and restated amounts, by project.
    amounts: BTreeMap<i64, Fen>,
    /// Projects with a report that warned of the total, or with a restatement that added to it.
    explained: BTreeSet<i64>,
}

fn done(conn: &mut Conn) -> Result<Done> {
    let confirmed: Vec<(i64, i64, String)> = reports::table
        .filter(reports::state.eq(ReportState::Confirmed.as_str()))
        .select((reports::project_id, reports::completed_fen, reports::warnings))
        .load(conn)?;
    let restated: Vec<(i64, i64)> = restatements::table
        .select((restatements::project_id, restatements::amount_fen))
        .load(conn)?;
    let mut done = Done { amounts: BTreeMap::new(), explained: BTreeSet::new() };
    for (project, amount, warnings) in confirmed {
        *done.amounts.entry(project).or_default() += Fen::new(amount);
        let warnings: Vec<Warning> = serde_json::from_str(&warnings).map_err(StoreError::broken)?;
        if warnings.iter().any(|warning| warning.code == "above-total") {
            done.explained.insert(project);
        }
    }
    for (project, amount) in restated {
        *done.amounts.entry(project).or_default() += Fen::new(amount);
        if amount > 0 {
            done.explained.insert(project);
        }
    }
    Ok(done)
}
