//! Roll-over of year plans into the next year: `/roll-overs`.

pub mod handlers;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
}
