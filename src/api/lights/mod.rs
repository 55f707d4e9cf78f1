//! Lights: `/projects/{id}/light`, overrides, `/rules` and `/summaries/lights`.

pub(crate) mod handlers;
pub(crate) mod overrides;
pub(crate) mod rules;

use crate::domain::id::LightOverrideId;
use crate::domain::light::Light;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(overrides::routes())
        .and(rules::routes())
        .with_types(parameter_types![Light LightOverrideId])
}
