//! Issues to be coordinated: list, raise and edit.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::id::{IssueId, ProjectId};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::issues::filter::{DueQuery, IssueQuery};
use crate::usecases::issues::input::IssueInput;
use crate::usecases::issues::view::{IssueStepView, IssueView};
use crate::usecases::issues::{IssueKey, list, write};
use crate::usecases::permission::{HandleIssues, ReadProjects};
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "issues";
        list_issues, list_project_issues, create_issue, get_issue, update_issue, list_issue_steps,
    ]
}

/// Path of an issue.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IssuePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The issue's id.
    pub issue_id: IssueId,
}

impl From<IssuePath> for IssueKey {
    fn from(path: IssuePath) -> Self {
        Self { project: path.project_id, issue: path.issue_id }
    }
}

/// Page of a list that is sorted by id.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IdPage {
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// Filters and page of the list of issues.
type IssueListQuery = QueryPair<
    QueryPair<PlaceFilter, RecordQuery>,
    QueryPair<IssueQuery, QueryPair<DueQuery, IdPage>>,
>;

/// List issues
///
/// Issues of all projects the caller may see, by id. A unit also sees issues of other projects that
/// are assigned to it. Filters: state, category, level, unit, age, overdue, industry, area.
#[utoipa::path(get, path = "/issues")]
pub(crate) async fn list_issues(
    who: Permit<ReadProjects>,
    Query(QueryPair(QueryPair(places, records), QueryPair(query, QueryPair(due, page)))): Query<
        IssueListQuery,
    >,
) -> Result<Rows<PageView<IssueView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    let selection = due.known(&records)?;
    who.rows(page, move |ask, page| list::list(ask, &places, &query, &selection, page)).await
}

/// List a project's issues
///
/// All issues of the project, including cleared ones, by id.
#[utoipa::path(get, path = "/projects/{project_id}/issues")]
pub(crate) async fn list_project_issues(
    who: Permit<ReadProjects>,
    Path(project): Path<ProjectPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<IssueView>>, Problem> {
    let all = who.ask(move |ask| list::of_project(ask, project.project_id)).await?;
    part.of(all, |issue| issue.id)
}

/// Show an issue
///
/// Returns the issue with its current state and the steps that may follow (`next_steps`).
#[utoipa::path(get, path = "/projects/{project_id}/issues/{issue_id}")]
pub(crate) async fn get_issue(
    who: Permit<ReadProjects>,
    Path(at): Path<IssuePath>,
    _etag: Conditional,
) -> Result<Tagged<IssueView>, Problem> {
    who.ask(move |ask| list::get(ask, at.into())).await.map(Tagged)
}

/// List an issue's steps
///
/// All steps taken on the issue, oldest first: what was done, when, by whom, and the comment.
#[utoipa::path(get, path = "/projects/{project_id}/issues/{issue_id}/steps")]
pub(crate) async fn list_issue_steps(
    who: Permit<ReadProjects>,
    Path(at): Path<IssuePath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<IssueStepView>>, Problem> {
    let steps = who.ask(move |ask| list::steps(ask, at.into())).await?;
    part.of(steps, |step| (step.at, step.kind.clone()))
}

/// Raise an issue
///
/// Raises an issue to be coordinated (需协调事项) on a project. The commission or the area then assigns
/// it to units, one of which leads.
#[utoipa::path(post, path = "/projects/{project_id}/issues")]
pub(crate) async fn create_issue(
    who: Permit<HandleIssues>,
    Path(project): Path<ProjectPath>,
    Body(input): Body<IssueInput>,
    once: Once,
) -> Result<Stored<Created<IssueView>>, Problem> {
    let decide = write::decide_creation;
    once.change(&who, move |ask| decide(ask, project.project_id, &input), write::save, created)
        .await
}

fn created(view: IssueView) -> Created<IssueView> {
    let location = format!("/projects/{}/issues/{}", view.facts.project_id, view.id);
    Created { view, location }
}

/// Change an issue
///
/// Replaces title, category, level, request and due date. Allowed only before assignment or after a
/// return (state `raised` or `returned`), for the account or unit that raised the issue, an owner
/// of the project, and the commission.
#[utoipa::path(
    put, path = "/projects/{project_id}/issues/{issue_id}",
    responses((status = 409, description = "The issue is assigned, in progress or proposed (return it first), or cleared.")),
)]
pub(crate) async fn update_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    IfMatch(version): IfMatch,
    Body(input): Body<IssueInput>,
) -> Result<Tagged<IssueView>, Problem> {
    who.change(move |ask| write::decide_update(ask, at.into(), version, &input), write::save)
        .await
        .map(Tagged)
}
