//! Manual overrides of lights, each with a reason and an expiry date.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::lights::overrides::{
    self, LightOverrideInput, LightOverrideKey, LightOverrideView,
};
use crate::usecases::permission::{OverrideLights, ReadSummaries};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["lights"; list_light_overrides, create_light_override, withdraw_light_override]
}

/// List a project's light overrides
///
/// All overrides of the project's light, oldest first, including expired and withdrawn ones. If
/// several cover a month, the newest applies.
#[utoipa::path(get, path = "/projects/{project_id}/light-overrides")]
pub(crate) async fn list_light_overrides(
    who: Permit<ReadSummaries>,
    Path(project): Path<ProjectPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<LightOverrideView>>, Problem> {
    let all = who.ask(move |ask| overrides::list(ask, project.project_id)).await?;
    part.of(all, |found| found.id)
}

/// Override a project's light
///
/// Shows the given light instead of the one computed by the rules, from `from_month` until
/// `expires_on`. The computed light stays visible beside it. Commission only.
#[utoipa::path(post, path = "/projects/{project_id}/light-overrides")]
pub(crate) async fn create_light_override(
    who: Permit<OverrideLights>,
    Path(project): Path<ProjectPath>,
    Body(input): Body<LightOverrideInput>,
    once: Once,
) -> Result<Stored<Created<LightOverrideView>>, Problem> {
    let project = project.project_id;
    let decide = overrides::decide_creation;
    let location = format!("/projects/{project}/light-overrides");
    let created = move |view| Created { view, location: location.clone() };
    once.change(&who, move |ask| decide(ask, project, &input), overrides::save, created).await
}

/// Path of a light override.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct LightOverridePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The override's id.
    pub override_id: LightOverrideId,
}

impl From<LightOverridePath> for LightOverrideKey {
    fn from(path: LightOverridePath) -> Self {
        Self { project: path.project_id, id: path.override_id }
    }
}

/// Withdraw a light override
///
/// Ends the override after the last closed month: closed months keep the overridden light, later
/// ones show the computed light. Commission only.
#[utoipa::path(
    post, path = "/projects/{project_id}/light-overrides/{override_id}/withdrawal",
    responses((status = 409, description = "The override has already been withdrawn.")),
)]
pub(crate) async fn withdraw_light_override(
    who: Permit<OverrideLights>,
    Path(at): Path<LightOverridePath>,
    once: Once,
) -> Result<Stored<Tagged<LightOverrideView>>, Problem> {
    let decide = overrides::decide_withdrawal;
    once.change(&who, move |ask| decide(ask, at.into()), overrides::save_withdrawal, Tagged).await
}
