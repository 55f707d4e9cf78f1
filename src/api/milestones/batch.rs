//! Many milestones in one request.

use serde_json::Value;

use crate::http::batch::{Batch, BatchItem, BatchView};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::milestones::batch::{self, MilestoneBatchItem};
use crate::usecases::permission::EditMilestones;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["milestones"; create_milestone_batch]
}

impl BatchItem for MilestoneBatchItem {
    const SCHEMA: &'static str = "MilestoneBatch";
    const MOST_ROWS: usize = 1_000;

    fn example() -> Value {
        Self::sample()
    }
}

/// Add and change many milestones
///
/// Each row adds a milestone (`create`) or changes one (`milestone_id`, `version`, `change`), with the
/// caller's rights and by the rules of the single requests. A row about a project
/// the caller does not see is 404.
///
/// Each row stands alone: the answer is 200 with the status of each row. With `atomic` all rows are
/// saved or none. At most 1,000 rows.
#[utoipa::path(post, path = "/milestones/batch")]
async fn create_milestone_batch(
    who: Permit<EditMilestones>,
    Batch(rows): Batch<MilestoneBatchItem>,
    once: Once,
) -> Result<Stored<Json<BatchView>>, Problem> {
    let language = who.language;
    let answer = move |outcomes| Json(BatchView::of(outcomes, language));
    once.change(&who, move |ask| batch::save(ask, &rows), |_, done| Ok(done), answer).await
}
