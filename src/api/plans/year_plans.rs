//! Year plans of a project: planned investment by month, in versions that are never overwritten.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::refusal::YearPlanRefusal;
use crate::domain::plan::year_plan::{PlanVersion, PlanVersionKind, YearPlan};
use crate::domain::project::Project;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::routes;
use crate::store::events;
use crate::store::events::{Author, Event, changes};
use crate::store::plans::year_plans;
use crate::store::{Conn, StoreError, projects, reporting_months};
use crate::usecases::answer::Versioned;
use crate::usecases::caller::Caller;
use crate::usecases::permission::{PlanYears, ReadProjects};
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["year_plans"; get_year_plan, put_year_plan, adjust_year_plan]
}

/// A project's year plan with all its versions.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = YearPlan)]
pub struct YearPlanView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The calendar year.
    pub year: Year,
    /// All versions, oldest first. Basis `initial` uses the first, `current` the one in force at
    /// the end of the requested month.
    pub versions: Vec<PlanVersionView>,
    /// Version number of the year plan as a whole, used as the ETag.
    pub version: i64,
}

impl Versioned for YearPlanView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One version of a year plan. Versions are never overwritten.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanVersion)]
pub struct PlanVersionView {
    /// Number of the version; 1 for the first.
    pub number: i32,
    /// Kind of the version: first plan, adjustment, addition or correction.
    pub kind: PlanVersionKind,
    /// First month to which it applies.
    pub effective_month: Month,
    /// Planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
    /// Planned investment of January to December, in 万元; the twelve sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// Goal of the year, as text; may be empty.
    pub goal: String,
    /// Number of the document that approved it; may be empty.
    pub document_number: String,
    /// Reason for the version; may be empty for the first.
    pub reason: String,
    /// Time at which it was entered.
    pub created_at: Timestamp,
}

impl From<PlanVersion> for PlanVersionView {
    fn from(version: PlanVersion) -> Self {
        Self {
            number: version.number,
            kind: version.kind,
            effective_month: version.effective_month,
            annual_investment_wan: version.annual,
            months: version.months.0.to_vec(),
            goal: version.goal,
            document_number: version.document_number,
            reason: version.reason,
            created_at: version.created_at,
        }
    }
}

impl From<YearPlan> for YearPlanView {
    fn from(plan: YearPlan) -> Self {
        Self {
            project_id: plan.project_id,
            year: plan.year,
            versions: plan.versions.into_iter().map(PlanVersionView::from).collect(),
            version: plan.version,
        }
    }
}

/// Path of a year plan.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct YearPlanPath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Show a year plan
///
/// All versions of the project's year plan, oldest first.
#[utoipa::path(get, path = "/projects/{project_id}/year-plans/{year}")]
pub async fn get_year_plan(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<YearPlanPath>,
    _held: Conditional,
) -> Result<Tagged<YearPlanView>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            found(conn, at)
        })
        .await?;
    Ok(Tagged(view))
}

fn found(conn: &mut Conn, at: YearPlanPath) -> Result<YearPlanView, Problem> {
    let plan = year_plans::find(conn, at.project_id, at.year)?;
    Ok(plan.ok_or(StoreError::NotFound)?.into())
}

/// Create a year plan
///
/// Creates the first version of a project's year plan; later changes are made by adjustments. A
/// plan for a year before the project's `registered_year` moves `registered_year` back to that
/// year. Commission only.
#[utoipa::path(
    put, path = "/projects/{project_id}/year-plans/{year}",
    responses((status = 409, description = "The project already has a plan for the year, or ended before it.")),
)]
async fn put_year_plan(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<YearPlanPath>,
    body: Body<YearPlanInput>,
) -> Result<Created<YearPlanView>, Problem> {
    let (caller, now, input) = (who.caller, app.clock.now(), body.0);
    let Path(at) = path;
    let view = app.db.write(move |conn| enter(conn, &caller, at, &input, now)).await?;
    let location = format!("/projects/{}/year-plans/{}", at.project_id, at.year);
    Ok(Created { view, location })
}

/// Creates the first version of a year plan.
///
/// # Errors
/// 404; 409 if the project has a plan for the year or ended before it; 422.
pub fn enter(
    conn: &mut Conn,
    caller: &Caller,
    at: YearPlanPath,
    input: &YearPlanInput,
    now: Timestamp,
) -> Result<YearPlanView, Problem> {
    let project = projects::get(conn, at.project_id, caller.sees())?;
    if year_plans::find(conn, at.project_id, at.year)?.is_some() {
        return Err(YearPlanRefusal::Exists(at.year.get()).into());
    }
    let last_closed = reporting_months::last_closed(conn, at.year)?;
    let (effective, amounts, words) = input.parse(at.year, project.facts.total, last_closed)?;
    must_not_be_closed(conn, effective)?;
    let first = amounts.first(effective, words, now, caller.author.user_id());
    enter_first(conn, &caller.author, &project, at.year, first)?;
    found(conn, at)
}

/// Stores the first version of a year plan and records the event.
pub fn enter_first(
    conn: &mut Conn,
    author: &Author,
    project: &Project,
    year: Year,
    first: PlanVersion,
) -> Result<(), Problem> {
    let (project_id, now) = (project.id, first.created_at);
    let planned = project.clone().planned_for(year)?;
    if planned != *project {
        projects::save(conn, &Project { updated_at: now, ..planned })?;
    }
    let id = year_plans::insert(conn, project_id, year, &first)?;
    let entered = changes(None, &PlanVersionView::from(first));
    let event = Event::of_project("year_plan.entered", "year_plan", id.0, project_id, entered);
    Ok(events::record(conn, author, now, &event)?)
}

/// Adjust a year plan
///
/// Adds a version that applies from a month that is not closed. Earlier versions stay: rates
/// through an earlier month use the version in force then, and `basis=initial` always uses the
/// first. Commission only.
#[utoipa::path(post, path = "/projects/{project_id}/year-plans/{year}/adjustments")]
async fn adjust_year_plan(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<YearPlanPath>,
    body: Body<AdjustmentInput>,
    once: Once,
) -> Result<Created<YearPlanView>, Problem> {
    let (caller, now, input) = (who.caller, app.clock.now(), body.0);
    let Path(at) = path;
    let view = once.write(&app, move |conn| adjust(conn, &caller, at, &input, now)).await?;
    let location = format!("/projects/{}/year-plans/{}", at.project_id, at.year);
    Ok(Created { view, location })
}

/// Adds a version to a year plan.
///
/// # Errors
/// 404 if there is no plan to adjust; 409 if the month is closed meanwhile; 422.
pub fn adjust(
    conn: &mut Conn,
    caller: &Caller,
    at: YearPlanPath,
    input: &AdjustmentInput,
    now: Timestamp,
) -> Result<YearPlanView, Problem> {
    let project = projects::get(conn, at.project_id, caller.sees())?;
    let plan = year_plans::find(conn, at.project_id, at.year)?.ok_or(StoreError::NotFound)?;
    let last_closed = reporting_months::last_closed(conn, at.year)?;
    let by = caller.author.user_id();
    let version = input.version(&plan, project.facts.total, last_closed, now, by)?;
    must_not_be_closed(conn, version.effective_month)?;
    year_plans::add_version(conn, &plan, &version)?;
    let before = plan.versions.last().cloned().map(PlanVersionView::from);
    let changed = changes(before.as_ref(), &PlanVersionView::from(version));
    let (id, project) = (plan.id.0, at.project_id);
    let event = Event::of_project("year_plan.adjusted", "year_plan", id, project, changed);
    events::record(conn, &caller.author, now, &event)?;
    found(conn, at)
}
