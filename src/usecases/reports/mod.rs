//! Monthly reports: drafted, submitted, returned, confirmed, restated.

pub mod batch;
pub mod context;
mod facts;
pub mod input;
pub mod list;
pub mod restate;
pub mod restatements;
pub mod review;
pub mod step;
pub mod view;
pub mod write;

use crate::domain::id::ProjectId;
use crate::domain::month::Month;

/// Which report: a project and a month.
#[derive(Clone, Copy, Debug)]
pub struct ReportKey {
    /// The project.
    pub project: ProjectId,
    /// The month.
    pub month: Month,
}
