//! Reporting months: `/reporting-months`, filings and late grants.

pub(crate) mod filing_summary;
pub(crate) mod filings;
pub(crate) mod handlers;
pub(crate) mod late_grants;

use crate::domain::report::filings::FilingStatus;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(filing_summary::routes())
        .and(filings::routes())
        .and(late_grants::routes())
        .with_types(parameter_types![FilingStatus])
}
