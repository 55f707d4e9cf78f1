//! Monthly reports: `/projects/{id}/reports` and `/reports`.

pub mod context;
pub mod handlers;
pub mod restatements;
pub mod review;
pub mod view;

use crate::domain::report::ReportState;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
        .and(context::routes())
        .and(restatements::routes())
        .and(review::routes())
        .with_types(parameter_types![ReportState])
}
