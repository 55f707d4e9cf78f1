//! An issue to be coordinated, as callers see it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState, IssueStep};
use crate::store::events::Recorded;
use crate::store::issues::NamedIssue;
use crate::usecases::answer::Versioned;

/// A unit an issue was given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// Whether it leads.
    pub leads: bool,
}

/// What is known of an issue: what its events record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueFacts {
    /// The project's id.
    pub project_id: ProjectId,
    /// What it is, in a line.
    #[schema(example = "用地指标不足")]
    pub title: String,
    /// What it is about.
    pub category: IssueCategory,
    /// Who has to coordinate it.
    pub level: IssueLevel,
    /// What is asked of whom.
    pub asked: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: IssueState,
    /// The units it was given to, the leading one first.
    pub units: Vec<IssueUnit>,
    /// The business day it was first raised on.
    pub raised_on: NaiveDate,
    /// Who raised it, by username.
    pub raised_by: String,
    /// The business day it was cleared on.
    pub cleared_on: Option<NaiveDate>,
}

impl From<&NamedIssue> for IssueFacts {
    fn from(found: &NamedIssue) -> Self {
        let issue = &found.issue;
        let unit = |(index, (id, name)): (usize, (&UnitId, &String))| IssueUnit {
            unit_id: *id,
            unit: name.clone(),
            leads: index == 0,
        };
        Self {
            project_id: issue.project_id,
            title: issue.title.clone(),
            category: issue.category,
            level: issue.level,
            asked: issue.asked.clone(),
            due_on: issue.due_on,
            state: issue.state,
            units: issue.units.iter().zip(&found.units).enumerate().map(unit).collect(),
            raised_on: issue.raised_on,
            raised_by: issue.raised_by.clone(),
            cleared_on: issue.cleared_on,
        }
    }
}

/// An issue to be coordinated (需协调事项).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Issue)]
pub struct IssueView {
    /// The issue's id.
    pub id: IssueId,
    /// The project's name.
    pub project: String,
    /// What is known of it.
    #[serde(flatten)]
    pub facts: IssueFacts,
    /// Days since it was raised: until it was cleared, or today.
    pub age_days: i64,
    /// Whether it should have been cleared by now.
    pub overdue: bool,
    /// The steps that follow from where it stands.
    pub next_steps: Vec<IssueStep>,
    /// The version, which is the ETag.
    pub version: i64,
}

impl IssueView {
    /// An issue as it stands on `today`.
    pub fn of(found: &NamedIssue, today: NaiveDate) -> Self {
        Self {
            id: found.issue.id,
            project: found.project.clone(),
            facts: found.into(),
            age_days: found.issue.age_days(today),
            overdue: found.issue.is_overdue(today),
            next_steps: found.issue.state.next(),
            version: found.issue.version,
        }
    }
}

impl Versioned for IssueView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Something that was done about an issue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssueStepView {
    /// What was done.
    #[schema(example = "issue.assigned")]
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who did it, by username.
    pub by: String,
    /// What was said with it.
    pub words: String,
    /// Where the issue stood after it.
    pub state: IssueState,
}

/// Follows an issue through its events.
#[derive(Debug, Default)]
pub struct IssueLife {
    facts: Map<String, Value>,
}

impl IssueLife {
    /// Takes in the next event, and says what was said with it.
    pub fn follow(&mut self, event: &Recorded) -> String {
        let mut words = String::new();
        for change in &event.changes {
            if change.field == WORDS {
                change.after.as_str().unwrap_or_default().clone_into(&mut words);
            } else {
                self.facts.insert(change.field.clone(), change.after.clone());
            }
        }
        words
    }

    /// The project it belongs to.
    pub fn project(&self) -> Option<ProjectId> {
        self.facts.get("project_id").and_then(Value::as_i64).map(ProjectId)
    }

    /// What was known after the last event taken in.
    pub fn facts(&self) -> Result<IssueFacts, serde_json::Error> {
        // A field that was never set has no event: what was null at first is null still.
        let mut facts = self.facts.clone();
        facts.entry("cleared_on").or_insert(Value::Null);
        facts.entry("units").or_insert_with(|| Value::Array(Vec::new()));
        serde_json::from_value(Value::Object(facts))
    }

    /// The steps of a life.
    pub fn steps(events: &[Recorded]) -> Result<Vec<IssueStepView>, serde_json::Error> {
        let mut life = Self::default();
        let step = |event: &Recorded| {
            let words = life.follow(event);
            Ok(IssueStepView {
                kind: event.kind.clone(),
                at: event.at,
                by: event.actor_name.clone(),
                words,
                state: life.facts()?.state,
            })
        };
        events.iter().map(step).collect()
    }
}

/// The field of an event that holds what was said with a step.
pub const WORDS: &str = "words";
