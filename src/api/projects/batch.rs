//! Many projects in one request.

use serde_json::Value;

use crate::http::batch::{Batch, BatchItem, BatchView};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::permission::BatchProjects;
use crate::usecases::projects::batch::{self, ProjectBatchItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["projects"; create_project_batch]
}

impl BatchItem for ProjectBatchItem {
    const SCHEMA: &'static str = "ProjectBatch";
    const MOST_ROWS: usize = 1_000;

    fn example() -> Value {
        Self::sample()
    }
}

/// Register and change many projects
///
/// Each row registers a project (`create`) or changes one (`project_id`, `version`, `change`), with the
/// caller's rights and by the rules of the single requests. A row about a project
/// the caller does not see is 404.
///
/// Each row stands alone: the answer is 200 with the status of each row. With `atomic` all rows are
/// saved or none. At most 1,000 rows.
#[utoipa::path(post, path = "/projects/batch")]
async fn create_project_batch(
    who: Permit<BatchProjects>,
    Batch(rows): Batch<ProjectBatchItem>,
    once: Once,
) -> Result<Stored<Json<BatchView>>, Problem> {
    let language = who.language;
    let answer = move |outcomes| Json(BatchView::of(outcomes, language));
    once.change(&who, move |ask| batch::save(ask, &rows), |_, done| Ok(done), answer).await
}
