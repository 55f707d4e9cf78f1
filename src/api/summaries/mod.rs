//! Aggregates: `/summaries/...`.

pub mod commitments;
pub mod investment;
pub mod issues;
pub mod milestones;
pub mod project_row;
pub mod project_sort;
pub mod projects;
pub mod rankings;
pub mod trend;

use crate::http::routes::Routes;

/// The operations of this folder.
pub fn routes() -> Routes {
    commitments::routes()
        .and(investment::routes())
        .and(issues::routes())
        .and(milestones::routes())
        .and(projects::routes())
        .and(rankings::routes())
        .and(trend::routes())
}
