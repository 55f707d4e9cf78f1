//! Responsible units of a project.

use crate::api::projects::handlers::ProjectPath;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::routes;
use crate::usecases::permission::{AssignUnits, ReadProjects};
use crate::usecases::projects::units::{self, ProjectUnitsInput, ProjectUnitsView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["projects"; list_project_units, replace_project_units]
}

/// List a project's responsible units
///
/// The units responsible for the project, with role, contact person and telephone.
#[utoipa::path(get, path = "/projects/{project_id}/units")]
async fn list_project_units(
    who: Permit<ReadProjects>,
    Path(at): Path<ProjectPath>,
    _etag: Conditional,
) -> Result<Tagged<ProjectUnitsView>, Problem> {
    who.ask(move |ask| units::get(ask, at.project_id)).await.map(Tagged)
}

/// Replace a project's responsible units
///
/// Replaces the whole list and raises the project's version. Commission only. A unit account sees a
/// project as long as its unit is in the list.
#[utoipa::path(put, path = "/projects/{project_id}/units")]
async fn replace_project_units(
    who: Permit<AssignUnits>,
    Path(at): Path<ProjectPath>,
    IfMatch(version): IfMatch,
    Body(input): Body<ProjectUnitsInput>,
) -> Result<Tagged<ProjectUnitsView>, Problem> {
    who.change(
        move |ask| units::decide_replacement(ask, at.project_id, version, &input),
        units::save,
    )
    .await
    .map(Tagged)
}
