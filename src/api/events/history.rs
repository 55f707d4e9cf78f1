//! Histories, newest first: of one project and of everything visible to the caller.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::event::kind::EventKind;
use crate::domain::id::ProjectId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::events::history::{self, HistoryFilter};
use crate::usecases::events::view::EventView;
use crate::usecases::permission::ReadHistory;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["projects"; list_history].and(routes!["events"; list_all_history])
}

/// Paging parameters of a history.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryPage {
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    pub(crate) cursor: Option<String>,
}

impl From<HistoryPage> for PageRequest {
    fn from(page: HistoryPage) -> Self {
        Self::new(page.limit, page.cursor)
    }
}

/// Filters of the history.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Only events of one of these kinds.
    #[serde(default)]
    #[param(example = json!(["report.confirmed"]))]
    pub(crate) kind: Vec<EventKind>,
    /// Only events of this project and of its reports, plans, milestones and other parts.
    #[param(nullable = false)]
    pub(crate) project: Option<ProjectId>,
    /// Only events of the actor with this name; case, width and form of letters do not matter.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub(crate) actor: Option<String>,
}

impl From<HistoryQuery> for HistoryFilter {
    fn from(query: HistoryQuery) -> Self {
        let HistoryQuery { kind, project, actor } = query;
        let kinds = kind.into_iter().map(|kind| kind.as_str().to_owned()).collect();
        Self { kinds, project, actor }
    }
}

/// Show a project's history
///
/// Changes of the project and of its plans, reports, milestones, issues and other parts, newest
/// first, each with its author.
#[utoipa::path(get, path = "/projects/{project_id}/history")]
async fn list_history(
    who: Permit<ReadHistory>,
    Path(at): Path<ProjectPath>,
    Query(page): Query<HistoryPage>,
) -> Result<Rows<PageView<EventView>>, Problem> {
    let project = at.project_id;
    who.rows(page.into(), move |ask, page| history::of_project(ask, project, page)).await
}

/// Show the history
///
/// Changes of everything visible to the caller, newest first, each with its author. To receive new
/// events as they happen, use `GET /events`.
#[utoipa::path(get, path = "/history")]
async fn list_all_history(
    who: Permit<ReadHistory>,
    Query(QueryPair(query, page)): Query<QueryPair<HistoryQuery, HistoryPage>>,
) -> Result<Rows<PageView<EventView>>, Problem> {
    let filter = HistoryFilter::from(query);
    who.rows(page.into(), move |ask, page| history::list(ask, filter.clone(), page)).await
}
