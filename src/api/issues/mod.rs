//! Issues to be coordinated: `/issues` and `/projects/{id}/issues`.

pub(crate) mod handlers;
pub(crate) mod steps;

use crate::domain::id::IssueId;
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(steps::routes())
        .with_types(parameter_types![IssueCategory IssueId IssueLevel IssueState])
}
