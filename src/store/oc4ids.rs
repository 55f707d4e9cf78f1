//! Loads the data of projects that are disclosed as OC4IDS.
//!
//! Excluded: contacts, telephone numbers, names of persons, and all projects that are not open.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::milestone::Milestone;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::external_id::ExternalId;
use crate::domain::project::{Project, Visibility};
use crate::domain::rate::Hundredths;
use crate::domain::reference::unit::{UnitKind, UnitRole};
use crate::domain::report::ReportState;
use crate::store::plans::year_plans::{MONTHS, Months, amounts};
use crate::store::projects::external_ids;
use crate::store::projects::row::Row;
use crate::store::projects::{ProjectFilter, wanted};
use crate::store::schema::{
    events, monthly_reports as reports, project_units, projects, restatements, units,
    year_plan_versions as versions, year_plans,
};
use crate::store::{Conn, Result, StoreError, milestones};

/// Project with its disclosed data.
#[derive(Clone, Debug)]
pub(crate) struct Disclosure {
    /// The project.
    pub project: Project,
    /// Ids in other systems.
    pub external_ids: Vec<ExternalId>,
    /// Units with a role in it, in the order of assignment.
    pub parties: Vec<Party>,
    /// Year plans, each in its latest version.
    pub plans: Vec<PlannedYear>,
    /// Confirmed monthly reports.
    pub reports: Vec<Confirmed>,
    /// Restatements, by month.
    pub restatements: Vec<RestatedAmount>,
    /// Milestones in order of position.
    pub milestones: Vec<Milestone>,
    /// Instant of the last change of the project or its records.
    pub changed_at: Timestamp,
}

/// Year plan in its latest version.
#[derive(Clone, Debug)]
pub(crate) struct PlannedYear {
    /// The year.
    pub year: Year,
    /// Planned investment by month.
    pub months: MonthlyAmounts,
}

/// Amount of a restatement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RestatedAmount {
    /// The month it corrects.
    pub month: Month,
    /// Amount added; negative reduces the month.
    pub amount: Fen,
}

/// Unit with one of its roles.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    /// The unit.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code, if known.
    pub credit_code: Option<String>,
    /// Role in the project.
    pub role: UnitRole,
}

/// Figures of a confirmed monthly report.
#[derive(Clone, Debug)]
pub(crate) struct Confirmed {
    /// The month.
    pub month: Month,
    /// Investment in the month.
    pub completed: Fen,
    /// Physical progress of the whole project, in per cent.
    pub physical: Option<Hundredths>,
}

/// Number of projects per query, because databases limit the number of bind values.
const AT_ONCE: usize = 1_000;

/// Visible open projects that match `filter`, ordered by id.
///
/// `None` if there are more than `most`.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &ProjectFilter,
    sight: Sight,
    most: i64,
) -> Result<Option<Vec<Disclosure>>> {
    let open = || projects::visibility.eq(Visibility::Open.as_str());
    let count: i64 = wanted(filter, sight).filter(open()).count().get_result(conn)?;
    if count > most {
        return Ok(None);
    }
    let query = wanted(filter, sight).filter(open()).order(projects::id);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    let all: Vec<Project> = rows.into_iter().map(Project::try_from).collect::<Result<_>>()?;
    let mut found = Vec::with_capacity(all.len());
    for some in all.chunks(AT_ONCE) {
        found.extend(disclosed(conn, some)?);
    }
    Ok(Some(found))
}

fn disclosed(conn: &mut Conn, projects: &[Project]) -> Result<Vec<Disclosure>> {
    let ids: Vec<i64> = projects.iter().map(|p| p.id.0).collect();
    let mut parties = parties(conn, &ids)?;
    let mut elsewhere = external_ids::of(conn, &ids)?;
    let mut plans = plans(conn, &ids)?;
    let mut reports = reports_of(conn, &ids)?;
    let mut restated = restatements_of(conn, &ids)?;
    let mut milestones = milestones::of(conn, &ids)?;
    let changed = changed_at(conn, &ids)?;
    let disclosure = |project: &Project| Disclosure {
        external_ids: elsewhere.remove(&project.id).unwrap_or_default(),
        parties: parties.remove(&project.id).unwrap_or_default(),
        plans: plans.remove(&project.id).unwrap_or_default(),
        reports: reports.remove(&project.id).unwrap_or_default(),
        restatements: restated.remove(&project.id).unwrap_or_default(),
        milestones: milestones.remove(&project.id).unwrap_or_default(),
        changed_at: changed.get(&project.id).copied().unwrap_or(project.updated_at),
        project: project.clone(),
    };
    Ok(projects.iter().map(disclosure).collect())
}

/// Records grouped by project.
type By<T> = BTreeMap<ProjectId, Vec<T>>;

fn parties(conn: &mut Conn, ids: &[i64]) -> Result<By<Party>> {
    type Found = (i64, i64, String, String, Option<String>, String);
    let rows: Vec<Found> = project_units::table
        .inner_join(units::table)
        .filter(project_units::project_id.eq_any(ids))
        .order((project_units::project_id, project_units::position, project_units::id))
        .select((
            project_units::project_id,
            units::id,
            units::name,
            units::kind,
            units::credit_code,
            project_units::role,
        ))
        .load(conn)?;
    let mut found = By::new();
    for (project, id, name, kind, credit_code, role) in rows {
        let kind = StoreError::read_text(&kind)?;
        let role = StoreError::read_text(&role)?;
        let party = Party { id: UnitId(id), name, kind, credit_code, role };
        found.entry(ProjectId(project)).or_default().push(party);
    }
    Ok(found)
}

fn plans(conn: &mut Conn, ids: &[i64]) -> Result<By<PlannedYear>> {
    let rows: Vec<(i64, i32, Months)> = year_plans::table
        .inner_join(versions::table)
        .filter(year_plans::project_id.eq_any(ids))
        .filter(versions::number.eq(year_plans::current_number))
        .order((year_plans::project_id, year_plans::year))
        .select((year_plans::project_id, year_plans::year, MONTHS))
        .load(conn)?;
    let mut found = By::new();
    for (project, year, months) in rows {
        let year = Year::new(year).ok_or_else(|| StoreError::broken("stored year"))?;
        found
            .entry(ProjectId(project))
            .or_default()
            .push(PlannedYear { year, months: amounts(months) });
    }
    Ok(found)
}

fn reports_of(conn: &mut Conn, ids: &[i64]) -> Result<By<Confirmed>> {
    let rows: Vec<(i64, String, i64, Option<i64>)> = reports::table
        .filter(reports::project_id.eq_any(ids))
        .filter(reports::state.eq(ReportState::Confirmed.as_str()))
        .order((reports::project_id, reports::month))
        .select((
            reports::project_id,
            reports::month,
            reports::completed_fen,
            reports::physical_hundredths,
        ))
        .load(conn)?;
    let mut found = By::new();
    for (project, month, fen, physical) in rows {
        let confirmed = Confirmed {
            month: StoreError::read_text(&month)?,
            completed: Fen::new(fen),
            physical: physical.map(Hundredths::new),
        };
        found.entry(ProjectId(project)).or_default().push(confirmed);
    }
    Ok(found)
}

fn restatements_of(conn: &mut Conn, ids: &[i64]) -> Result<By<RestatedAmount>> {
    let rows: Vec<(i64, String, i64)> = restatements::table
        .filter(restatements::project_id.eq_any(ids))
        .order((restatements::project_id, restatements::month, restatements::id))
        .select((restatements::project_id, restatements::month, restatements::amount_fen))
        .load(conn)?;
    let mut found = By::new();
    for (project, month, fen) in rows {
        let amount =
            RestatedAmount { month: StoreError::read_text(&month)?, amount: Fen::new(fen) };
        found.entry(ProjectId(project)).or_default().push(amount);
    }
    Ok(found)
}

/// Instant of the last event of each project; every change records an event.
fn changed_at(conn: &mut Conn, ids: &[i64]) -> Result<BTreeMap<ProjectId, Timestamp>> {
    let rows: Vec<(Option<i64>, Option<NaiveDateTime>)> = events::table
        .filter(events::project_id.eq_any(ids))
        .group_by(events::project_id)
        .select((events::project_id, max(events::at)))
        .load(conn)?;
    let last = |(project, at): (Option<i64>, Option<NaiveDateTime>)| {
        project.zip(at).map(|(project, at)| (ProjectId(project), Timestamp::new(at)))
    };
    Ok(rows.into_iter().filter_map(last).collect())
}
