//! Answers about issues and their steps.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState, IssueStep};
use crate::store::issues::NamedIssue;
use crate::usecases::answer::Versioned;

/// A unit the issue is assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct IssueUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// True for the leading unit.
    pub leads: bool,
}

/// Content of an issue, as its events record it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct IssueFacts {
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
    fn from(named: &NamedIssue) -> Self {
        let issue = &named.issue;
        let names = issue.units.iter().zip(&named.units).enumerate();
        let units = names.map(|(position, (id, name))| IssueUnit {
            unit_id: *id,
            unit: name.clone(),
            leads: position == 0,
        });
        Self {
            project_id: issue.project_id,
            title: issue.title.clone(),
            category: issue.category,
            level: issue.level,
            asked: issue.asked.clone(),
            due_on: issue.due_on,
            state: issue.state,
            units: units.collect(),
            raised_on: issue.raised_on,
            raised_by: issue.raised_by.clone(),
            cleared_on: issue.cleared_on,
        }
    }
}

/// An issue to be coordinated (需协调事项).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Issue)]
pub(crate) struct IssueView {
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
    pub(crate) fn of(named: &NamedIssue, today: NaiveDate) -> Self {
        Self {
            id: named.issue.id,
            project: named.project.clone(),
            facts: named.into(),
            age_days: named.issue.age_days(today),
            overdue: named.issue.is_overdue(today),
            next_steps: named.issue.state.next(),
            version: named.issue.version,
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
pub(crate) struct IssueStepView {
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
