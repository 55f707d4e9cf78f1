//! API views of an issue to be coordinated and its steps.

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

/// A unit the issue is assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// True for the leading unit.
    pub leads: bool,
}

/// Content of an issue, as its events record it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueFacts {
    /// The project's id.
    pub project_id: ProjectId,
    /// Short title.
    #[schema(example = "用地指标不足")]
    pub title: String,
    /// What the issue is about.
    pub category: IssueCategory,
    /// The level of government that has to coordinate it.
    pub level: IssueLevel,
    /// What is requested, and of whom.
    pub asked: String,
    /// Day by which it should be cleared.
    pub due_on: NaiveDate,
    /// Current state.
    pub state: IssueState,
    /// The units it is assigned to, the leading unit first.
    pub units: Vec<IssueUnit>,
    /// Business day on which it was first raised.
    pub raised_on: NaiveDate,
    /// Username of the account that raised it.
    pub raised_by: String,
    /// Business day on which it was cleared; null until then.
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
    /// Content of the issue.
    #[serde(flatten)]
    pub facts: IssueFacts,
    /// Days from raising to clearance, or to today.
    pub age_days: i64,
    /// True if it is past its due date and not cleared.
    pub overdue: bool,
    /// Steps that may follow in the current state, for any caller.
    pub next_steps: Vec<IssueStep>,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl IssueView {
    /// The issue, with age and overdue flag as of `today`.
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

/// A step taken on an issue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssueStepView {
    /// Event kind.
    #[schema(example = "issue.assigned")]
    pub kind: String,
    /// Time of the step.
    pub at: Timestamp,
    /// Username of the account that took it.
    pub by: String,
    /// Comment given with the step; may be empty.
    pub words: String,
    /// State of the issue after the step.
    pub state: IssueState,
}

/// Rebuilds an issue's state from its events.
#[derive(Debug, Default)]
pub struct IssueLife {
    facts: Map<String, Value>,
}

impl IssueLife {
    /// Applies the next event and returns its comment.
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

    /// The project the issue belongs to.
    pub fn project(&self) -> Option<ProjectId> {
        self.facts.get("project_id").and_then(Value::as_i64).map(ProjectId)
    }

    /// Content of the issue after the last applied event.
    pub fn facts(&self) -> Result<IssueFacts, serde_json::Error> {
        // A field that was never set is in no event, so its default is null or an empty list.
        let mut facts = self.facts.clone();
        facts.entry("cleared_on").or_insert(Value::Null);
        facts.entry("units").or_insert_with(|| Value::Array(Vec::new()));
        serde_json::from_value(Value::Object(facts))
    }

    /// The steps recorded by `events`.
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

/// Event field that holds a step's comment.
pub const WORDS: &str = "words";
