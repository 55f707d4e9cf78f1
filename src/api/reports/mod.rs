//! Monthly reports: `/projects/{id}/reports` and `/reports`.

pub mod context;
pub mod handlers;
pub mod restatements;
pub mod review;
pub mod view;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(context::routes()).and(restatements::routes()).and(review::routes())
}
