//! Ids of a project in other systems.

use crate::api::projects::handlers::ProjectPath;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::routes;
use crate::usecases::permission::{CreateProjects, ReadProjects};
use crate::usecases::projects::external_ids::{self, ExternalIdsInput, ExternalIdsView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["projects"; list_external_ids, replace_external_ids]
}

/// List a project's ids in other systems
///
/// The ids that other systems gave to the project. `GET /projects?external=system:value` finds a
/// project by one of them.
#[utoipa::path(get, path = "/projects/{project_id}/external-ids")]
async fn list_external_ids(
    who: Permit<ReadProjects>,
    Path(at): Path<ProjectPath>,
    _etag: Conditional,
) -> Result<Tagged<ExternalIdsView>, Problem> {
    who.ask(move |ask| external_ids::get(ask, at.project_id)).await.map(Tagged)
}

/// Replace a project's ids in other systems
///
/// Replaces the whole list and raises the project's version. An id of a system belongs to one
/// project. Commission only.
#[utoipa::path(
    put, path = "/projects/{project_id}/external-ids",
    responses((status = 409, description = "Another project got one of the ids meanwhile.")),
)]
async fn replace_external_ids(
    who: Permit<CreateProjects>,
    Path(at): Path<ProjectPath>,
    IfMatch(version): IfMatch,
    Body(input): Body<ExternalIdsInput>,
) -> Result<Tagged<ExternalIdsView>, Problem> {
    who.change(
        move |ask| external_ids::decide_replacement(ask, at.project_id, version, &input),
        external_ids::save,
    )
    .await
    .map(Tagged)
}
