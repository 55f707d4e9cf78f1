//! The project register: list, register, change, and move between stages.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::month::Year;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::lights::project::showing;
use crate::usecases::patch::Patch;
use crate::usecases::permission::{CreateProjects, EditProjects, MoveStages, ReadProjects};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::projects::list::{self, ProjectListing};
use crate::usecases::projects::selection::SelectionQuery;
use crate::usecases::projects::transition::{self, Transition};
use crate::usecases::projects::view::ProjectView;
use crate::usecases::projects::write;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "projects";
        list_projects, create_project, get_project, update_project, move_project,
    ]
}

/// Path of a project.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ProjectPath {
    /// The project's id.
    pub project_id: ProjectId,
}

/// Year, order and page of a list of projects.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only projects in the register in this year: registered by then and not ended before it.
    #[param(nullable = false)]
    pub year: Option<Year>,
    /// Only projects that show one of these lights.
    #[serde(default)]
    pub light: Vec<Light>,
    /// Sort keys, separated by commas: `name`, `code`, `total_investment_wan`, `planned_start`,
    /// `planned_finish`, `id`. A leading minus sorts in descending order. Default: `id`.
    #[serde(default)]
    #[param(max_length = 100, example = "-total_investment_wan,name")]
    pub sort: String,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List projects
///
/// Projects that match the filters and are visible to the caller. The commission sees every
/// project; a unit those in which it has a role; an area its own; a viewer all that are not
/// restricted.
///
/// With `light`, only projects that show one of these lights now, in the figures of `year` (without
/// it: of this year) as `/summaries/lights/projects` shows them.
#[utoipa::path(get, path = "/projects")]
async fn list_projects(
    who: Permit<ReadProjects>,
    Query(QueryPair(filter, QueryPair(selection, query))): Query<
        QueryPair<FilterQuery, QueryPair<SelectionQuery, ListQuery>>,
    >,
) -> Result<Rows<PageView<ProjectView>>, Problem> {
    let ListQuery { year, light, sort, limit, cursor } = query;
    let page = PageRequest::new(limit, cursor);
    let mut listing = ProjectListing { filter, selection, among: None, year, sort };
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        if !light.is_empty() && listing.among.is_none() {
            listing.among = Some(showing(ask, &listing.filter, year, &light)?);
        }
        list::list(ask, &listing, page)
    };
    who.rows(page, list).await
}

/// Show a project
///
/// Returns the project with its facts, stage and dates. 404 if it does not exist or is not visible
/// to the caller.
#[utoipa::path(get, path = "/projects/{project_id}")]
async fn get_project(
    who: Permit<ReadProjects>,
    Path(at): Path<ProjectPath>,
    _etag: Conditional,
) -> Result<Tagged<ProjectView>, Problem> {
    who.ask(move |ask| list::get(ask, at.project_id)).await.map(Tagged)
}

/// Register a project
///
/// Adds a project to the register. A project in stage `construction` or later needs its national
/// project code (or `code_reason`), its total investment and its actual start date. Before
/// construction the total may be unknown; it then limits neither plans nor investment. Commission
/// only.
#[utoipa::path(
    post, path = "/projects",
    responses((status = 409, description = "Another project has this national project code.")),
)]
async fn create_project(
    who: Permit<CreateProjects>,
    Body(input): Body<ProjectInput>,
    once: Once,
) -> Result<Stored<Created<ProjectView>>, Problem> {
    once.change(&who, move |ask| write::decide_registration(ask, &input), write::save, created)
        .await
}

fn created(view: ProjectView) -> Created<ProjectView> {
    Created { location: format!("/projects/{}", view.id), view }
}

/// Change a project
///
/// Changes the given fields; absent fields stay as they are. The commission may change all fields;
/// a unit or area only `content`, `leader`, `longitude`, `latitude`, `location`, `contractor`, `phase`
/// and `remarks`. Other fields give 403. The
/// stage is changed by `POST /projects/{project_id}/transitions`.
#[utoipa::path(
    patch, path = "/projects/{project_id}",
    responses((status = 409, description = "Another project has this national project code.")),
)]
async fn update_project(
    who: Permit<EditProjects>,
    Path(at): Path<ProjectPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<ProjectInput>>,
) -> Result<Tagged<ProjectView>, Problem> {
    who.change(move |ask| write::decide_update(ask, at.project_id, version, &patch), write::save)
        .await
        .map(Tagged)
}

/// Move a project to another stage
///
/// Changes the project's stage and the dates that depend on it: moving to `construction` sets
/// `actual_start`, to `completed` `actual_finish`, to `operating` `actual_operation`, unless
/// already set. Moving back clears the dates of the stages left, and requires a reason. Commission
/// only.
#[utoipa::path(
    post, path = "/projects/{project_id}/transitions",
    responses((status = 409, description = "The stage cannot follow the current one (the detail lists those that can), or the project has neither a national project code nor `code_reason`, or no total investment.")),
)]
async fn move_project(
    who: Permit<MoveStages>,
    Path(at): Path<ProjectPath>,
    Body(input): Body<Transition>,
    once: Once,
) -> Result<Stored<Tagged<ProjectView>>, Problem> {
    let id = at.project_id;
    once.change(&who, move |ask| transition::decide(ask, id, &input), write::save, Tagged).await
}
