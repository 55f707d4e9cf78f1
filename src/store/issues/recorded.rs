//! Issues in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API. An event of another
//! release may lack a field or hold a value this release does not know; such a field reads as
//! `None`.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::id::{ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState, IssueStep};
use crate::store::events::read::RecordedEvent;
use crate::store::issues::NamedIssue;

/// Event field that holds the comment of a step.
pub(crate) const COMMENT: &str = "words";

/// A unit to which an issue is assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RecordedIssueUnit {
    /// The unit's id.
    pub unit_id: Option<UnitId>,
    /// The unit's name at that time.
    pub unit: String,
    /// True for the leading unit.
    pub leads: bool,
}

/// An issue's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RecordedIssue {
    /// The project's id.
    pub project_id: Option<ProjectId>,
    /// Short title.
    pub title: Option<String>,
    /// What the issue is about.
    pub category: Option<IssueCategory>,
    /// The level of government that has to coordinate it.
    pub level: Option<IssueLevel>,
    /// What is requested, and of whom.
    pub asked: Option<String>,
    /// Day by which it should be cleared.
    pub due_on: Option<NaiveDate>,
    /// State of the issue.
    pub state: Option<IssueState>,
    /// The units it is assigned to, the leading unit first.
    pub units: Vec<RecordedIssueUnit>,
    /// Business day on which it was first raised.
    pub raised_on: Option<NaiveDate>,
    /// Username of the account that raised it.
    pub raised_by: Option<String>,
    /// Business day on which it was cleared.
    pub cleared_on: Option<NaiveDate>,
}

impl From<&NamedIssue> for RecordedIssue {
    fn from(named: &NamedIssue) -> Self {
        let issue = &named.issue;
        let names = issue.units.iter().zip(&named.units).enumerate();
        let units = names.map(|(position, (id, name))| RecordedIssueUnit {
            unit_id: Some(*id),
            unit: name.clone(),
            leads: position == 0,
        });
        Self {
            project_id: Some(issue.project_id),
            title: Some(issue.title.clone()),
            category: Some(issue.category),
            level: Some(issue.level),
            asked: Some(issue.asked.clone()),
            due_on: Some(issue.due_on),
            state: Some(issue.state),
            units: units.collect(),
            raised_on: Some(issue.raised_on),
            raised_by: Some(issue.raised_by.clone()),
            cleared_on: issue.cleared_on,
        }
    }
}

/// Rebuilds an issue from its events, which are applied oldest first.
#[derive(Debug, Default)]
pub(crate) struct IssueReplay {
    project_id: Option<ProjectId>,
    first_day: Option<NaiveDate>,
    state: Option<IssueState>,
    fields: Map<String, Value>,
}

impl IssueReplay {
    /// Applies the next event and returns its comment, which may be empty.
    pub(crate) fn apply(&mut self, event: &RecordedEvent) -> String {
        self.project_id = self.project_id.or(event.project_id);
        self.first_day = self.first_day.or(Some(event.at.day_in_shanghai()));
        let mut comment = String::new();
        let mut recorded_state = None;
        for change in &event.changes {
            match change.field.as_str() {
                COMMENT => change.after.as_str().unwrap_or_default().clone_into(&mut comment),
                "state" => recorded_state = read(&change.after),
                field => {
                    self.fields.insert(field.to_owned(), change.after.clone());
                }
            }
        }
        self.state = Some(recorded_state.unwrap_or_else(|| self.state_after(&event.kind)));
        comment
    }

    /// State after an event that records none: the step's rule, from the state before it.
    fn state_after(&self, kind: &str) -> IssueState {
        let before = self.state();
        let step = IssueStep::ALL.iter().find(|step| step.event() == kind);
        step.and_then(|step| before.after(*step)).unwrap_or(before)
    }

    /// State after the last applied event.
    pub(crate) fn state(&self) -> IssueState {
        self.state.unwrap_or(IssueState::Raised)
    }

    /// The project the issue belongs to.
    pub(crate) fn project(&self) -> Option<ProjectId> {
        self.field("project_id").or(self.project_id)
    }

    /// The issue after the last applied event.
    pub(crate) fn issue(&self) -> RecordedIssue {
        RecordedIssue {
            project_id: self.project(),
            title: self.field("title"),
            category: self.field("category"),
            level: self.field("level"),
            asked: self.field("asked"),
            due_on: self.field("due_on"),
            state: Some(self.state()),
            units: self.field("units").unwrap_or_default(),
            raised_on: self.field("raised_on").or(self.first_day),
            raised_by: self.field("raised_by"),
            cleared_on: self.field("cleared_on"),
        }
    }

    fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.fields.get(name).and_then(read)
    }
}

/// The value, if this release knows it.
fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    Option::<T>::deserialize(value).ok().flatten()
}
