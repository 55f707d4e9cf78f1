//! Milestones of a project: list, add and change.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::milestones::view::{
    MilestoneEdit, MilestoneInput, MilestoneTemplate, MilestoneView,
};
use crate::usecases::milestones::{MilestoneKey, list, write};
use crate::usecases::patch::Patch;
use crate::usecases::permission::{EditMilestones, ReadProjects};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "milestones";
        list_milestone_templates, list_milestones, create_milestone, get_milestone, update_milestone,
    ]
}

/// Path of a milestone.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MilestonePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The milestone's id.
    pub milestone_id: MilestoneId,
}

impl From<MilestonePath> for MilestoneKey {
    fn from(path: MilestonePath) -> Self {
        Self { project: path.project_id, milestone: path.milestone_id }
    }
}

/// List milestone templates
///
/// The standard milestones, in their usual sequence, with code, name and class.
#[utoipa::path(get, path = "/milestone-templates")]
async fn list_milestone_templates(
    _who: Permit<ReadProjects>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<MilestoneTemplate>>, Problem> {
    part.of(list::templates(), |template| template.code)
}

/// List a project's milestones
///
/// All milestones of the project by position, with baseline, forecast, actual date and slippage.
#[utoipa::path(get, path = "/projects/{project_id}/milestones")]
async fn list_milestones(
    who: Permit<ReadProjects>,
    Path(at): Path<ProjectPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<MilestoneView>>, Problem> {
    let all = who.ask(move |ask| list::of_project(ask, at.project_id)).await?;
    part.of(all, |milestone| milestone.id)
}

/// Show a milestone
///
/// Returns the milestone with baseline, forecast, actual date and slippage.
#[utoipa::path(get, path = "/projects/{project_id}/milestones/{milestone_id}")]
async fn get_milestone(
    who: Permit<ReadProjects>,
    Path(at): Path<MilestonePath>,
    _etag: Conditional,
) -> Result<Tagged<MilestoneView>, Problem> {
    who.ask(move |ask| list::get(ask, at.into())).await.map(Tagged)
}

/// Add a milestone
///
/// Adds a milestone from a template (give its code), or one defined for this project (give a code,
/// a name and a class). The baseline date never changes afterwards.
#[utoipa::path(
    post, path = "/projects/{project_id}/milestones",
    responses((status = 409, description = "The project already has a milestone with this code.")),
)]
async fn create_milestone(
    who: Permit<EditMilestones>,
    Path(at): Path<ProjectPath>,
    Body(input): Body<MilestoneInput>,
    once: Once,
) -> Result<Stored<Created<MilestoneView>>, Problem> {
    let id = at.project_id;
    let created = move |view: MilestoneView| {
        let location = format!("/projects/{id}/milestones/{}", view.id);
        Created { view, location }
    };
    once.change(&who, move |ask| write::decide_creation(ask, id, &input), write::save, created)
        .await
}

/// Change a milestone
///
/// Changes the forecast, which requires a reason, or enters the date on which the milestone was
/// reached, its document or other evidence. The baseline date never changes.
#[utoipa::path(
    patch, path = "/projects/{project_id}/milestones/{milestone_id}",
    responses((status = 409, description = "The milestone has been reached, so its forecast can no longer change.")),
)]
async fn update_milestone(
    who: Permit<EditMilestones>,
    Path(at): Path<MilestonePath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<MilestoneEdit>>,
) -> Result<Tagged<MilestoneView>, Problem> {
    who.change(move |ask| write::decide_update(ask, at.into(), version, &patch), write::save)
        .await
        .map(Tagged)
}
