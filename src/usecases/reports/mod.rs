//! Monthly reports: drafted, submitted, returned, confirmed, restated.

pub(crate) mod batch;
pub(crate) mod context;
pub(in crate::usecases) mod facts;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod restate;
pub(crate) mod restatements;
pub(crate) mod review;
pub(crate) mod step;
pub(crate) mod view;
pub(crate) mod write;

use crate::domain::id::ProjectId;
use crate::domain::month::Month;

/// Which report: a project and a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReportKey {
    /// The project.
    pub project: ProjectId,
    /// The month.
    pub month: Month,
}
