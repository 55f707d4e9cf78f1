//! Annual plan documents and project year plans: `/plans` `/projects/{id}/year-plans` and
//! `/year-plans`.

pub(crate) mod all_year_plans;
pub(crate) mod batch;
pub(crate) mod handlers;
pub(crate) mod year_plans;

use crate::http::routes::Routes;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes().and(year_plans::routes()).and(all_year_plans::routes()).and(batch::routes())
}
