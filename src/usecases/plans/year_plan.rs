//! Year plans of projects: planned investment by month, in versions that are never overwritten.

use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::plan::refusal::YearPlanRefusal;
use crate::domain::plan::year_plan::{PlanVersion, YearPlan};
use crate::domain::project::Project;
use crate::store::events::{self, Event, changes};
use crate::store::plans::recorded::RecordedPlanVersion;
use crate::store::plans::year_plans;
use crate::store::{Conn, StoreError, projects, reporting_months};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::plans::year_plan_view::YearPlanView;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// Which year plan: a project and a year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct YearPlanKey {
    /// The project.
    pub project: ProjectId,
    /// The calendar year.
    pub year: Year,
}

/// The first version of a year plan, to be saved.
pub(in crate::usecases) struct FirstVersion {
    key: YearPlanKey,
    version: PlanVersion,
    /// The project, with its `registered_year` moved back where the plan requires it.
    project: Project,
    /// True if the plan moves its `registered_year`.
    moves_registration: bool,
}

impl FirstVersion {
    /// The first `version` of the plan of `project` for `year`.
    ///
    /// # Errors
    /// A conflict if the project ended before the year.
    pub(in crate::usecases) fn of(
        project: &Project,
        year: Year,
        version: PlanVersion,
    ) -> Result<Self, Refusal> {
        let key = YearPlanKey { project: project.id, year };
        let planned = project.clone().planned_for(year)?;
        let updated_at = version.created_at;
        let moves_registration = planned != *project;
        let project = Project { updated_at, ..planned };
        Ok(Self { key, version, project, moves_registration })
    }

    /// Saves the version and records its event.
    ///
    /// # Errors
    /// Stale when somebody else changed the project.
    pub(in crate::usecases) fn save(self, conn: &mut Conn, stamp: &Stamp) -> Result<(), Refusal> {
        let Self { key, version, project, moves_registration } = self;
        if moves_registration {
            projects::save(conn, &project)?;
        } else {
            projects::hold(conn, &project)?;
        }
        let id = year_plans::insert(conn, key.project, key.year, &version)?;
        let changes = changes(None, &RecordedPlanVersion::from(&version));
        let event = Event::of_project("year_plan.entered", "year_plan", id.0, key.project, changes);
        Ok(events::record(conn, &stamp.author, stamp.now.instant, &event)?)
    }
}

/// A first version that was decided on and is to be saved.
pub(crate) struct FirstVersionChange {
    first: FirstVersion,
    stamp: Stamp,
}

/// A later version that was decided on and is to be saved.
pub(crate) struct AdjustmentChange {
    plan: YearPlan,
    project: Project,
    version: PlanVersion,
    stamp: Stamp,
}

/// A year plan with all its versions.
///
/// # Errors
/// Not found unless the caller sees the project and it has a plan for the year.
pub(crate) fn get(ask: &mut Ask<'_>, key: YearPlanKey) -> Result<YearPlanView, Refusal> {
    find(ask, key)?.ok_or_else(Refusal::not_found)
}

/// A year plan with all its versions, if the project has one for the year.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn find(ask: &mut Ask<'_>, key: YearPlanKey) -> Result<Option<YearPlanView>, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    Ok(year_plans::find(ask.conn, key.project, key.year)?.map(YearPlanView::from))
}

/// Creates the first version of a year plan.
///
/// # Errors
/// Not found; a conflict if the project has a plan for the year or ended before it; invalid, with
/// every wrong field.
pub(crate) fn decide_first(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    input: &YearPlanInput,
) -> Result<FirstVersionChange, Refusal> {
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    if year_plans::find(ask.conn, key.project, key.year)?.is_some() {
        return Err(YearPlanRefusal::Exists(key.year.get()).into());
    }
    let last_closed = reporting_months::last_closed(ask.conn, key.year)?;
    let stamp = ask.stamp();
    let version = input.version(key.year, project.facts.total, last_closed, &stamp)?;
    must_not_be_closed(ask.conn, version.effective_month)?;
    Ok(FirstVersionChange { first: FirstVersion::of(&project, key.year, version)?, stamp })
}

/// Saves a first version and records its event.
///
/// # Errors
/// Stale when somebody else changed the project.
pub(crate) fn save_first(
    conn: &mut Conn,
    change: FirstVersionChange,
) -> Result<YearPlanView, Refusal> {
    let FirstVersionChange { first, stamp } = change;
    let key = first.key;
    first.save(conn, &stamp)?;
    saved(conn, key)
}

/// Adds a version to a year plan.
///
/// # Errors
/// Not found if there is no plan to adjust; invalid, with every wrong field; `month-closed` if the
/// month was closed meanwhile.
pub(crate) fn decide_adjustment(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    input: &AdjustmentInput,
) -> Result<AdjustmentChange, Refusal> {
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    let plan = year_plans::find(ask.conn, key.project, key.year)?.ok_or(StoreError::NotFound)?;
    let last_closed = reporting_months::last_closed(ask.conn, key.year)?;
    let stamp = ask.stamp();
    let version = input.version(&plan, project.facts.total, last_closed, &stamp)?;
    must_not_be_closed(ask.conn, version.effective_month)?;
    Ok(AdjustmentChange { plan, project, version, stamp })
}

/// Saves a later version and records its event.
///
/// # Errors
/// Stale when somebody else adjusted the plan or changed the project.
pub(crate) fn save_adjustment(
    conn: &mut Conn,
    change: AdjustmentChange,
) -> Result<YearPlanView, Refusal> {
    let AdjustmentChange { plan, project, version, stamp } = change;
    projects::hold(conn, &project)?;
    year_plans::add_version(conn, &plan, &version)?;
    let before = plan.versions.last().map(RecordedPlanVersion::from);
    let changes = changes(before.as_ref(), &RecordedPlanVersion::from(&version));
    let key = YearPlanKey { project: plan.project_id, year: plan.year };
    let event =
        Event::of_project("year_plan.adjusted", "year_plan", plan.id.0, key.project, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    saved(conn, key)
}

fn saved(conn: &mut Conn, key: YearPlanKey) -> Result<YearPlanView, Refusal> {
    let plan = year_plans::find(conn, key.project, key.year)?;
    Ok(plan.ok_or(StoreError::NotFound)?.into())
}
