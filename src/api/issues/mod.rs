//! Issues to be coordinated: `/issues` and `/projects/{id}/issues`.

pub mod handlers;
pub mod steps;
pub mod view;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(steps::routes())
}
