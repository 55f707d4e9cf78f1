//! Webhooks and their deliveries: `/webhooks`.

pub mod deliveries;
pub mod handlers;
pub mod message;
pub mod view;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(deliveries::routes())
}
