//! Milestones of projects: added, forecast, reached.

pub(crate) mod across;
pub(crate) mod batch;
pub(crate) mod list;
pub(crate) mod view;
pub(crate) mod write;

use crate::domain::id::{MilestoneId, ProjectId};

/// Which milestone of which project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MilestoneKey {
    /// The project.
    pub project: ProjectId,
    /// The milestone.
    pub milestone: MilestoneId,
}
