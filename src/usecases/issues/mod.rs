//! Issues to be coordinated: raised, rewritten, taken through their steps.

pub mod assignable;
pub mod filter;
pub mod input;
pub mod list;
mod party;
pub mod step;
pub mod view;
pub mod write;

use crate::domain::id::{IssueId, ProjectId};

/// Which issue: a project and an issue of it.
#[derive(Clone, Copy, Debug)]
pub struct IssueKey {
    /// The project.
    pub project: ProjectId,
    /// The issue.
    pub issue: IssueId,
}
