//! Milestones: `/projects/{id}/milestones`.

pub mod handlers;

use crate::domain::id::MilestoneId;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().with_types(parameter_types![MilestoneId])
}
