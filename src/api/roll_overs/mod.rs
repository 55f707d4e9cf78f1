//! Roll-over of year plans into the next year: `/roll-overs`.

pub(crate) mod handlers;

use crate::http::routes::Routes;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
}
