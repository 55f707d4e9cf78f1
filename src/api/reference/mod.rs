//! Reference data: `/industries`, `/areas`, `/units`.

pub mod areas;
pub mod industries;
pub mod names;
pub mod units;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    areas::routes().and(industries::routes()).and(units::routes())
}
