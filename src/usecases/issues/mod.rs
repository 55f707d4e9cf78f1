//! Issues to be coordinated: raised, rewritten, taken through their steps.

pub(crate) mod assignable;
pub(crate) mod filter;
pub(crate) mod input;
pub(crate) mod list;
mod party;
pub(crate) mod step;
pub(crate) mod view;
pub(crate) mod write;

use crate::domain::id::{IssueId, ProjectId};

/// Which issue: a project and an issue of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssueKey {
    /// The project.
    pub project: ProjectId,
    /// The issue.
    pub issue: IssueId,
}
