//! Export in the Open Contracting for Infrastructure Data Standard (OC4IDS): `/exports/oc4ids`.

pub(crate) mod handlers;

use crate::http::routes::Routes;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
}
