//! Further conditions of the list of issues: ids, projects, time of change, due dates.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::store::issues::Wanted;
use crate::store::projects::selection::{Range, within};
use crate::store::schema::{events, issues};

/// Conditions that only the list of issues has. An empty list of projects does not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct IssueSelection {
    /// Only issues with these ids.
    pub ids: Option<Vec<i64>>,
    /// Only issues of these projects.
    pub projects: Vec<ProjectId>,
    /// Only issues that an event since this instant is about.
    pub updated_since: Option<Timestamp>,
    /// Due date.
    pub due_on: Range<NaiveDate>,
}

impl IssueSelection {
    pub(super) fn apply<'a>(&'a self, mut query: Wanted<'a>) -> Wanted<'a> {
        if let Some(ids) = &self.ids {
            query = query.filter(issues::id.eq_any(ids));
        }
        if !self.projects.is_empty() {
            query = query.filter(issues::project_id.eq_any(self.projects.iter().map(|p| p.0)));
        }
        if let Some(since) = self.updated_since {
            let changed = events::table
                .filter(events::subject_kind.eq("issue"))
                .filter(events::at.ge(since.naive()));
            query = query.filter(issues::id.eq_any(changed.select(events::subject_id)));
        }
        within!(query, issues::due_on, self.due_on);
        query
    }
}
