//! Many year plans in one request.

use serde_json::Value;

use crate::http::batch::{Batch, BatchItem, BatchView};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::permission::PlanYears;
use crate::usecases::plans::batch::{self, YearPlanBatchItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["year_plans"; create_year_plan_batch]
}

impl BatchItem for YearPlanBatchItem {
    const SCHEMA: &'static str = "YearPlanBatch";
    const MOST_ROWS: usize = 1_000;

    fn example() -> Value {
        Self::sample()
    }
}

/// Enter and adjust many year plans
///
/// Each row enters the first version of a year plan (`create`) or adds a version (`adjust`), by the
/// rules of the single requests. Commission only. A row about a project
/// the caller does not see is 404.
///
/// Each row stands alone: the answer is 200 with the status of each row. With `atomic` all rows are
/// saved or none. At most 1,000 rows.
#[utoipa::path(post, path = "/year-plans/batch")]
async fn create_year_plan_batch(
    who: Permit<PlanYears>,
    Batch(rows): Batch<YearPlanBatchItem>,
    once: Once,
) -> Result<Stored<Json<BatchView>>, Problem> {
    let language = who.language;
    let answer = move |outcomes| Json(BatchView::of(outcomes, language));
    once.change(&who, move |ask| batch::save(ask, &rows), |_, done| Ok(done), answer).await
}
