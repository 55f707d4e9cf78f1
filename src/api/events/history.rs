//! Histories, newest first: of one project and of everything visible to the caller.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::handlers::ProjectPath;
use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::id::{EventId, ProjectId};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Change, FeedFilter, Recorded};
use crate::store::{PageRequest, projects};
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadHistory;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["projects"; list_history].and(routes!["events"; list_all_history])
}

/// An event: a recorded change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// The event's id; increases with time.
    pub id: EventId,
    /// Time of the event.
    pub at: Timestamp,
    /// Kind of the event, as `noun.verb`.
    #[schema(example = "report.confirmed")]
    pub kind: String,
    /// Type of the object that changed.
    #[schema(example = "report")]
    pub subject_kind: String,
    /// Id of the object that changed.
    pub subject_id: i64,
    /// Project the object belongs to; null if none.
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<ProjectId>,
    /// Type of the actor: `user`, `client` or `system`.
    pub actor_kind: String,
    /// The actor's id; null for `system`.
    pub actor_id: Option<i64>,
    /// The actor's name at the time of the event.
    pub actor: String,
    /// Changed fields, before and after.
    pub changes: Vec<ChangeView>,
    /// Id of the request that made the change.
    pub request_id: String,
    /// Network address the request came from.
    pub origin: String,
}

/// A changed field, before and after.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    /// Name of the field in the API.
    pub field: String,
    /// Value before the change; null if there was none.
    pub before: Value,
    /// Value after the change.
    pub after: Value,
}

impl From<Recorded> for EventView {
    fn from(event: Recorded) -> Self {
        let change = |c: Change| ChangeView { field: c.field, before: c.before, after: c.after };
        Self {
            id: event.id,
            at: event.at,
            kind: event.kind,
            subject_kind: event.subject_kind,
            subject_id: event.subject_id,
            project_id: event.project_id,
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            actor: event.actor_name,
            changes: event.changes.into_iter().map(change).collect(),
            request_id: event.request_id,
            origin: event.origin,
        }
    }
}

/// Paging parameters of a history.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Maximum number of items per page.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page; absent for the first page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// Show a project's history
///
/// Changes of the project and of its plans, reports, milestones, issues and other parts, newest
/// first, each with its author.
#[utoipa::path(get, path = "/projects/{project_id}/history")]
pub async fn list_history(
    app: Data<App>,
    who: Permit<ReadHistory>,
    path: Path<ProjectPath>,
    query: Query<HistoryQuery>,
) -> Result<Sheet<PageView<EventView>>, Problem> {
    let (id, sight) = (path.0.project_id, who.sees());
    let page = PageRequest::new(query.0.limit, query.0.cursor);
    let page = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, id, sight)?;
            Ok(events::of_project(conn, id, &page)?)
        })
        .await?;
    Ok(Sheet(PageView::of(page, EventView::from)))
}

/// Filters of the history.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryFilter {
    /// Only events of one of these kinds.
    #[serde(default)]
    #[param(example = json!(["report.confirmed"]))]
    pub kind: Vec<String>,
    /// Only events of this project and of its reports, plans, milestones and other parts.
    #[param(nullable = false)]
    pub project: Option<ProjectId>,
    /// Only events of the actor with this name.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub actor: Option<String>,
}

/// Show the history
///
/// Changes of everything visible to the caller, newest first, each with its author. To receive new
/// events as they happen, use `GET /events`.
#[utoipa::path(get, path = "/history")]
pub async fn list_all_history(
    app: Data<App>,
    who: Permit<ReadHistory>,
    query: Query<Both<HistoryFilter, HistoryQuery>>,
) -> Result<Sheet<PageView<EventView>>, Problem> {
    let Query(Both(asked, page)) = query;
    let accounts = who.role() == Role::Auditor;
    let (kinds, project, sight) = (asked.kind, asked.project, who.sees());
    let filter = FeedFilter { after: 0, until: None, kinds, project, sight, accounts };
    let page = PageRequest::new(page.limit, page.cursor);
    let found = app
        .db
        .read(move |conn| events::latest(conn, &filter, asked.actor.as_deref(), &page))
        .await?;
    Ok(Sheet(PageView::of(found, EventView::from)))
}
