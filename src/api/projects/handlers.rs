//! The project register: list, register, change, and move between stages.

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::patch::ProjectPatch;
use crate::api::projects::view::{Places, ProjectInput, ProjectView};
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::project::{Move, Project, Stage};
use crate::domain::text::Reason;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Author, Change, Event, changes};
use crate::store::projects;
use crate::store::projects::Order;
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Now;
use crate::usecases::caller::Caller;
use crate::usecases::check::Check;
use crate::usecases::permission::{CreateProjects, EditProjects, MoveStages, ReadProjects};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "projects";
        list_projects, create_project, get_project, update_project, move_project,
    ]
}

/// Path of a project.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// The project's id.
    pub project_id: ProjectId,
}

/// Year, order and page of a list of projects.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only projects in the register in this year: registered by then and not ended before it.
    #[param(nullable = false)]
    pub year: Option<Year>,
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
#[utoipa::path(get, path = "/projects")]
async fn list_projects(
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<Both<FilterQuery, ListQuery>>,
) -> Result<Sheet<PageView<ProjectView>>, Problem> {
    let Query(Both(filter, list)) = query;
    let order = Order::parse(&list.sort).ok_or_else(unknown_order)?;
    let (sight, page) = (who.sees(), PageRequest::new(list.limit, list.cursor));
    let page = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let filter = filter.known(conn, list.year)?;
            let places = Places::load(conn)?;
            let page = projects::list(conn, &filter, sight, &order, &page)?;
            Ok(PageView::of(page, |project| places.view(project)))
        })
        .await?;
    Ok(Sheet(page))
}

fn unknown_order() -> Problem {
    let words = Words::new(
        "只能按 name、code、total_investment_wan、planned_start、planned_finish、id 排序，各一次；降序加负号。",
        "Sort by name, code, total_investment_wan, planned_start, planned_finish or id, each once; a leading minus sorts in descending order.",
    );
    Problem::bad_parameters(vec![FieldError::new("?sort", "not-one-of", words)])
}

/// Show a project
///
/// Returns the project with its facts, stage and dates. 404 if it does not exist or is not visible
/// to the caller.
#[utoipa::path(get, path = "/projects/{project_id}")]
pub async fn get_project(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<ProjectPath>,
    _held: Conditional,
) -> Result<Tagged<ProjectView>, Problem> {
    let (id, sight) = (path.0.project_id, who.sees());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let project = projects::get(conn, id, sight)?;
            Ok(Places::load(conn)?.view(project))
        })
        .await?;
    Ok(Tagged(view))
}

/// Register a project
///
/// Adds a project to the register. A project in stage `construction` or later needs its national
/// project code (or `code_reason`) and its actual start date. Commission only.
#[utoipa::path(
    post, path = "/projects",
    responses((status = 409, description = "Another project has this national project code.")),
)]
async fn create_project(
    app: Data<App>,
    who: Permit<CreateProjects>,
    body: Body<ProjectInput>,
    once: Once,
) -> Result<Created<ProjectView>, Problem> {
    let (caller, now, input) = (who.caller, app.now(), body.0);
    let view = once
        .write(&app, move |conn| -> Result<ProjectView, Problem> {
            let places = Places::load(conn)?;
            register(conn, &caller, &places, &input, now)
        })
        .await?;
    let location = format!("/projects/{}", view.id);
    Ok(Created { view, location })
}

/// Adds a project to the register and records the event.
///
/// # Errors
/// 422 with every invalid field; 409 if the code is taken.
pub fn register(
    conn: &mut Conn,
    caller: &Caller,
    places: &Places,
    input: &ProjectInput,
    now: Now,
) -> Result<ProjectView, Problem> {
    let facts = input.facts(places)?;
    let year = input.registered_year.unwrap_or(Year::of(now.today));
    let new = Project::register(facts, input.stage, year, now.today, now.instant)
        .map_err(Problem::invalid)?;
    let id = projects::insert(conn, &new)?;
    let view = places.view(projects::get(conn, id, caller.sees())?);
    record(conn, &caller.author, now.instant, "project.created", None, &view)?;
    Ok(view)
}

fn record(
    conn: &mut Conn,
    author: &Author,
    now: Timestamp,
    kind: &'static str,
    before: Option<&ProjectView>,
    after: &ProjectView,
) -> Result<(), Problem> {
    let found = changes(before, after).into_iter().filter(|c| c.field != "updated_at").collect();
    let event = Event::of_project(kind, "project", after.id.0, after.id, found);
    Ok(events::record(conn, author, now, &event)?)
}

/// Change a project
///
/// Changes the given fields; absent fields stay as they are. The commission may change all fields;
/// a unit or area only `content`, `leader`, `longitude` and `latitude`. Other fields give 403. The
/// stage is changed by `POST /projects/{project_id}/transitions`.
#[utoipa::path(
    patch, path = "/projects/{project_id}",
    responses((status = 409, description = "Another project has this national project code.")),
)]
async fn update_project(
    app: Data<App>,
    who: Permit<EditProjects>,
    path: Path<ProjectPath>,
    version: IfMatch,
    body: Body<ProjectPatch>,
) -> Result<Tagged<ProjectView>, Problem> {
    let (caller, now, patch) = (who.caller, app.now(), body.0);
    let at = (path.0.project_id, version.0);
    let view = app
        .db
        .write(move |conn| -> Result<ProjectView, Problem> {
            let places = Places::load(conn)?;
            revise(conn, &caller, &places, at, &patch, now)
        })
        .await?;
    Ok(Tagged(view))
}

/// Changes a project if it is still at this version, and records the event.
///
/// # Errors
/// 404 if it is not visible to the caller; 403 for fields only the commission may change; 409 if
/// the code is taken; 412; 422.
pub fn revise(
    conn: &mut Conn,
    caller: &Caller,
    places: &Places,
    (id, version): (ProjectId, i64),
    patch: &ProjectPatch,
    now: Now,
) -> Result<ProjectView, Problem> {
    let project = projects::get(conn, id, caller.sees())?;
    if !caller.user.role.may_change_facts() {
        patch.must_only_describe()?;
    }
    let before = places.view(project.clone());
    let facts = patch.merged(&before).facts(places)?;
    let changed = project.revise(facts, now.today).map_err(Problem::invalid)?;
    save(conn, Project { version, ..changed }, now.instant)?;
    let after = places.view(projects::get(conn, id, caller.sees())?);
    record(conn, &caller.author, now.instant, "project.updated", Some(&before), &after)?;
    Ok(after)
}

fn save(conn: &mut Conn, project: Project, now: Timestamp) -> Result<(), Problem> {
    Ok(projects::save(conn, &Project { updated_at: now, ..project })?)
}

/// A move to another stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct Transition {
    /// The new stage.
    pub stage: Stage,
    /// Date of the move; not in the future. Default: today.
    #[serde(default)]
    pub on: Option<NaiveDate>,
    /// Reason; required to move back and to terminate.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

impl Transition {
    fn sample() -> serde_json::Value {
        serde_json::json!({"stage": "construction", "on": "2021-06-15"})
    }

    fn parse(&self, today: NaiveDate) -> Result<Move, Refusal> {
        let mut check = Check::new();
        let reason = check.optional("/reason", self.reason.as_deref().map(Reason::parse));
        check.done(Some(Move { to: self.stage, on: self.on.unwrap_or(today), reason }))
    }
}

/// Move a project to another stage
///
/// Changes the project's stage and the dates that depend on it: moving to `construction` sets
/// `actual_start`, to `completed` `actual_finish`, to `operating` `actual_operation`, unless
/// already set. Moving back clears the dates of the stages left, and requires a reason. Commission
/// only.
#[utoipa::path(
    post, path = "/projects/{project_id}/transitions",
    responses((status = 409, description = "The stage cannot follow the current one (the detail lists those that can), or the project has neither a national project code nor `code_reason`.")),
)]
pub async fn move_project(
    app: Data<App>,
    who: Permit<MoveStages>,
    path: Path<ProjectPath>,
    body: Body<Transition>,
    once: Once,
) -> Result<Tagged<ProjectView>, Problem> {
    let (author, sight, now, id) = (who.author(), who.sees(), app.now(), path.0.project_id);
    let step = body.0.parse(now.today)?;
    let view = once
        .write(&app, move |conn| -> Result<ProjectView, Problem> {
            let project = projects::get(conn, id, sight)?;
            let places = Places::load(conn)?;
            let before = places.view(project.clone());
            let moved = project.move_to(&step, now.today).map_err(|e| Problem::of_day("/on", e))?;
            save(conn, moved, now.instant)?;
            let after = places.view(projects::get(conn, id, sight)?);
            let mut found = changes(Some(&before), &after);
            found.retain(|c| c.field != "updated_at");
            found.extend(step.reason.iter().map(|r| Change::said("reason", r.as_str())));
            let event = Event::of_project("project.moved", "project", id.0, id, found);
            events::record(conn, &author, now.instant, &event)?;
            Ok(after)
        })
        .await?;
    Ok(Tagged(view))
}
