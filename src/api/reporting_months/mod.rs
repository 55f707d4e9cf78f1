//! Reporting months: `/reporting-months`, filings and late grants.

pub mod filing_summary;
pub mod filings;
pub mod handlers;
pub mod late_grants;

use crate::domain::report::filings::FilingStatus;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes()
        .and(filing_summary::routes())
        .and(filings::routes())
        .and(late_grants::routes())
        .with_types(parameter_types![FilingStatus])
}
