//! Projects and their units: `/projects`.

pub(crate) mod batch;
pub(crate) mod external_ids;
pub(crate) mod handlers;
pub(crate) mod units;

use crate::domain::id::ProjectId;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::unit::UnitRole;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(units::routes())
        .and(external_ids::routes())
        .and(batch::routes())
        .with_types(parameter_types![Nature ProjectId Stage UnitRole])
}
