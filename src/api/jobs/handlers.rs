//! Handlers of jobs.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accounts::users::UserQuery;
use crate::api::jobs::view::JobView;
use crate::domain::id::JobId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::jobs::list;
use crate::usecases::permission::LoggedIn;

/// The operations of this file.
pub(super) fn routes() -> Routes {
    routes!["jobs"; list_jobs, get_job]
}

/// Path parameters of one job.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct JobPath {
    /// The job's id.
    pub(crate) job_id: JobId,
}

/// List my jobs
///
/// The caller's own jobs, newest first, without their results. Auditors and administrators see the
/// jobs of every account.
#[utoipa::path(get, path = "/jobs")]
async fn list_jobs(
    who: Permit<LoggedIn>,
    Query(page): Query<UserQuery>,
) -> Result<Rows<PageView<JobView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    who.rows(page, |ask, page| Ok(PageView::of(list::list(ask, page)?, JobView::from))).await
}

/// Show a job
///
/// State, progress and, at the end, the result of a job that was asked for with
/// `Prefer: respond-async`. It is visible to the account that asked for it, to auditors, and without
/// its result to administrators. A job and its result are deleted seven days after its end.
#[utoipa::path(get, path = "/jobs/{job_id}")]
async fn get_job(who: Permit<LoggedIn>, Path(at): Path<JobPath>) -> Result<Json<JobView>, Problem> {
    who.ask(move |ask| list::get(ask, at.job_id)).await.map(|job| Json(job.into()))
}
