//! Annual plan documents and project year plans: `/plans` `/projects/{id}/year-plans` and
//! `/year-plans`.

pub mod all_year_plans;
pub mod batch;
pub mod handlers;
pub mod year_plans;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().and(year_plans::routes()).and(all_year_plans::routes()).and(batch::routes())
}
