//! Lights: `/projects/{id}/light`, overrides, `/rules` and `/summaries/lights`.

pub mod handlers;
pub mod overrides;
pub mod rules;

use crate::domain::id::LightOverrideId;
use crate::domain::light::Light;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
        .and(overrides::routes())
        .and(rules::routes())
        .with_types(parameter_types![Light LightOverrideId])
}
