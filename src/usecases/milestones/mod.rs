//! Milestones of projects: added, forecast, reached.

pub mod across;
pub mod batch;
pub mod list;
pub mod view;
pub mod write;

use crate::domain::id::{MilestoneId, ProjectId};

/// Which milestone of which project.
#[derive(Clone, Copy, Debug)]
pub struct MilestoneKey {
    /// The project.
    pub project: ProjectId,
    /// The milestone.
    pub milestone: MilestoneId,
}
