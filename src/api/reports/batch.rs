//! Many reports in one request.

use serde_json::Value;

use crate::http::batch::{Batch, BatchItem, BatchView};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::permission::BatchReports;
use crate::usecases::reports::batch::{self, ReportBatchItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reports"; create_report_batch]
}

impl BatchItem for ReportBatchItem {
    const SCHEMA: &'static str = "ReportBatch";
    const MOST_ROWS: usize = 5_000;

    fn example() -> Value {
        Self::sample()
    }
}

/// Write, submit and confirm many reports
///
/// Each row is the report of one project and month: written (`report`), then submitted (`submit`),
/// then confirmed (`confirm`). The steps of a row are taken together or not at all, with the
/// caller's rights and by the rules of the single requests; their events and warnings are the same.
/// A row about a project the caller does not see is 404.
///
/// Each row stands alone: the answer is 200 with the status of each row. With `atomic` all rows are
/// saved or none. At most 5,000 rows.
#[utoipa::path(post, path = "/reports/batch")]
async fn create_report_batch(
    who: Permit<BatchReports>,
    Batch(rows): Batch<ReportBatchItem>,
    once: Once,
) -> Result<Stored<Json<BatchView>>, Problem> {
    let language = who.language;
    let answer = move |outcomes| Json(BatchView::of(outcomes, language));
    once.change(&who, move |ask| batch::save(ask, &rows), |_, done| Ok(done), answer).await
}
