//! Monthly reports: `/projects/{id}/reports`, `/reports` and `/restatements`.

pub(crate) mod all_restatements;
pub(crate) mod batch;
pub(crate) mod handlers;
pub(crate) mod restatements;
pub(crate) mod review;

use crate::domain::report::ReportState;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(restatements::routes())
        .and(all_restatements::routes())
        .and(review::routes())
        .and(batch::routes())
        .with_types(parameter_types![ReportState])
}
