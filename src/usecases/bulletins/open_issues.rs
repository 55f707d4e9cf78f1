//! Issues that were open when a month was closed, rebuilt from their events.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::id::{IssueId, ProjectId};
use crate::domain::issue::IssueState;
use crate::domain::reporting_month::ReportingMonth;
use crate::store::bulletins::content::lists::Issue;
use crate::store::events::{self, Recorded};
use crate::store::figures::source::Source;
use crate::store::{Conn, Result};

/// An issue as its events record it: the last recorded value of each field.
///
/// An event of another release may lack a field or have a value that this one does not know. Such a
/// field stays `None`; it is never a reason not to publish.
#[derive(Debug, Default)]
struct RecordedIssue {
    fields: BTreeMap<String, Value>,
    /// Project of the events.
    project_id: Option<ProjectId>,
    /// Business day of the first event, for events that do not record `raised_on`.
    first_day: Option<chrono::NaiveDate>,
}

impl RecordedIssue {
    fn apply(&mut self, event: &Recorded) {
        self.project_id = self.project_id.or(event.project_id);
        self.first_day = self.first_day.or(Some(event.at.day_in_shanghai()));
        for change in &event.changes {
            self.fields.insert(change.field.clone(), change.after.clone());
        }
    }

    fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.fields.get(name).and_then(|value| Option::<T>::deserialize(value).ok().flatten())
    }

    fn project(&self) -> Option<ProjectId> {
        self.field("project_id").or(self.project_id)
    }

    /// The issue on the last day of a month; `None` if it is cleared or belongs to no project.
    fn open_on(&self, id: i64, day: chrono::NaiveDate) -> Option<Issue> {
        let state: Option<IssueState> = self.field("state");
        if state == Some(IssueState::Cleared) {
            return None;
        }
        let raised_on = self.field("raised_on").or(self.first_day);
        let due_on = self.field("due_on");
        Some(Issue {
            id: IssueId(id),
            project: String::new(),
            project_id: self.project()?,
            title: self.field("title"),
            category: self.field("category"),
            level: self.field("level"),
            asked: self.field("asked"),
            due_on,
            state,
            units: self.field("units").unwrap_or_default(),
            raised_on,
            raised_by: self.field("raised_by"),
            cleared_on: self.field("cleared_on"),
            age_days: raised_on.map(|raised_on| (day - raised_on).num_days().max(0)),
            overdue: due_on.is_some_and(|due_on| due_on < day),
        })
    }
}

/// Issues open when `month` was closed, in the state they had then.
pub(super) fn list(conn: &mut Conn, month: &ReportingMonth) -> Result<Vec<Issue>> {
    let Some(closed_at) = month.closed_at else {
        return Ok(Vec::new());
    };
    let mut issues: BTreeMap<i64, RecordedIssue> = BTreeMap::new();
    for event in events::of_kind_until(conn, "issue", closed_at)? {
        issues.entry(event.subject_id).or_default().apply(&event);
    }
    let names = Source::Live.names(conn, issues.values().filter_map(RecordedIssue::project))?;
    let day = month.month.last_day();
    let open = issues.iter().filter_map(|(id, issue)| issue.open_on(*id, day));
    let named = |issue: Issue| {
        let project = names.get(&issue.project_id).cloned().unwrap_or_default().0;
        Issue { project, ..issue }
    };
    Ok(open.map(named).collect())
}
