//! Annual plan documents and project year plans: `/plans` and `/projects/{id}/year-plans`.

pub mod handlers;
pub mod year_plans;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(year_plans::routes())
}
