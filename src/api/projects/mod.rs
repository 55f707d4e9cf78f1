//! Projects and their units: `/projects`.

pub mod filter;
pub mod handlers;
pub mod patch;
pub mod units;
pub mod view;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(units::routes())
}
