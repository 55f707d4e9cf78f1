//! Lights: `/projects/{id}/light`, overrides, `/rules` and `/summaries/lights`.

pub mod handlers;
pub mod overrides;
pub mod rules;
pub mod view;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(overrides::routes()).and(rules::routes())
}
