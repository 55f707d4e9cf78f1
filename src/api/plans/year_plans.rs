//! Year plans of a project: planned investment by month, in versions that are never overwritten.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::permission::{PlanYears, ReadProjects};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::plans::year_plan_view::YearPlanView;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["year_plans"; get_year_plan, put_year_plan, adjust_year_plan]
}

/// Path of a year plan.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct YearPlanPath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

impl From<YearPlanPath> for YearPlanKey {
    fn from(path: YearPlanPath) -> Self {
        Self { project: path.project_id, year: path.year }
    }
}

impl YearPlanPath {
    fn created(self, view: YearPlanView) -> Created<YearPlanView> {
        let location = format!("/projects/{}/year-plans/{}", self.project_id, self.year);
        Created { view, location }
    }
}

/// Show a year plan
///
/// All versions of the project's year plan, oldest first.
#[utoipa::path(get, path = "/projects/{project_id}/year-plans/{year}")]
async fn get_year_plan(
    who: Permit<ReadProjects>,
    Path(at): Path<YearPlanPath>,
    _etag: Conditional,
) -> Result<Tagged<YearPlanView>, Problem> {
    who.ask(move |ask| year_plan::get(ask, at.into())).await.map(Tagged)
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
    who: Permit<PlanYears>,
    Path(at): Path<YearPlanPath>,
    Body(input): Body<YearPlanInput>,
) -> Result<Created<YearPlanView>, Problem> {
    let view = who
        .change(move |ask| year_plan::decide_first(ask, at.into(), &input), year_plan::save_first)
        .await?;
    Ok(at.created(view))
}

/// Adjust a year plan
///
/// Adds a version that applies from a month that is not closed. Earlier versions stay: rates
/// through an earlier month use the version in force then, and `basis=initial` always uses the
/// first. Commission only.
#[utoipa::path(post, path = "/projects/{project_id}/year-plans/{year}/adjustments")]
async fn adjust_year_plan(
    who: Permit<PlanYears>,
    Path(at): Path<YearPlanPath>,
    Body(input): Body<AdjustmentInput>,
    once: Once,
) -> Result<Stored<Created<YearPlanView>>, Problem> {
    once.change(
        &who,
        move |ask| year_plan::decide_adjustment(ask, at.into(), &input),
        year_plan::save_adjustment,
        move |view| at.created(view),
    )
    .await
}
