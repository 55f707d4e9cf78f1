//! Milestones: `/projects/{id}/milestones` and `/milestones`.

pub(crate) mod all;
pub(crate) mod batch;
pub(crate) mod handlers;

use crate::domain::id::MilestoneId;
use crate::domain::milestone::MilestoneClass;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(all::routes())
        .and(batch::routes())
        .with_types(parameter_types![MilestoneClass MilestoneId])
}
