//! Milestones: `/projects/{id}/milestones`.

pub mod handlers;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
}
