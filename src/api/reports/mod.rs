//! Monthly reports: `/projects/{id}/reports`, `/reports` and `/restatements`.

pub mod all_restatements;
pub mod batch;
pub mod handlers;
pub mod restatements;
pub mod review;

use crate::domain::report::ReportState;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
        .and(restatements::routes())
        .and(all_restatements::routes())
        .and(review::routes())
        .and(batch::routes())
        .with_types(parameter_types![ReportState])
}
