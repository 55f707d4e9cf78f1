//! Projects and their units: `/projects`.

pub mod batch;
pub mod external_ids;
pub mod handlers;
pub mod units;

use crate::domain::id::ProjectId;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::unit::UnitRole;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
        .and(units::routes())
        .and(external_ids::routes())
        .and(batch::routes())
        .with_types(parameter_types![Nature ProjectId Stage UnitRole])
}
