//! Reasons why a step of an issue is refused.

use crate::domain::issue::state::{IssueState, IssueStep};
use crate::domain::words::Words;

/// Reason why a step of an issue is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueRefusal {
    /// The step is not allowed in the current state.
    WrongState {
        /// Current state.
        state: IssueState,
        /// Requested step.
        step: IssueStep,
    },
    /// The step is reserved for another party.
    NotYours {
        /// Requested step.
        step: IssueStep,
        /// Current state.
        state: IssueState,
    },
    /// The issue is already at the highest level.
    TopLevel,
}

impl IssueRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "issue-state",
            Self::NotYours { .. } => "issue-step-not-yours",
            Self::TopLevel => "issue-top-level",
        }
    }

    /// Message in both languages; says which steps or parties are allowed instead.
    pub fn words(&self) -> Words {
        match self {
            Self::WrongState { state: IssueState::Cleared, .. } => Words::new(
                "事项已销号；如问题重新出现，请另行提出（POST /projects/{id}/issues）。",
                "The issue is cleared; if the problem returns, raise a new one (POST /projects/{id}/issues).",
            ),
            Self::WrongState { state, step } => {
                let named = |name: &dyn Fn(IssueStep) -> &'static str| {
                    let one = |s: IssueStep| format!("{}（POST …/{}）", name(s), s.path());
                    state.next().into_iter().map(one).collect::<Vec<_>>()
                };
                Words::new(
                    format!(
                        "事项现为“{}”，不能“{}”；接下来可以：{}。",
                        state.zh(),
                        step.zh(),
                        named(&IssueStep::zh).join("、")
                    ),
                    format!(
                        "The issue is {state}; `{step}` is not allowed in this state. Allowed steps: {}.",
                        named(&IssueStep::as_str).join(", ")
                    ),
                )
            }
            Self::NotYours { step, state } => {
                let (zh, en) = who_may(*step, *state);
                Words::new(
                    format!("“{}”由{zh}办理，请与其联系。", step.zh()),
                    format!("`{step}` is reserved for {en}; contact them."),
                )
            }
            Self::TopLevel => Words::new(
                "事项已是省级，不能再提级；请继续办理或申请销号。",
                "The issue is already at province level; work on it or propose clearance.",
            ),
        }
    }
}

fn who_may(step: IssueStep, state: IssueState) -> (&'static str, &'static str) {
    let decides = (
        "发展改革部门或（县区级及以下事项）属地",
        "the commission, or the area up to the county's level",
    );
    match step {
        IssueStep::Raise => ("提出单位", "the party that raised it"),
        IssueStep::Assign | IssueStep::Clear => decides,
        IssueStep::Work => ("承办单位", "the assigned units"),
        IssueStep::Escalate => {
            ("牵头单位、属地或发展改革部门", "the leading unit, the area or the commission")
        }
        IssueStep::Return => match state {
            IssueState::Assigned | IssueState::InProgress => {
                ("牵头单位或发展改革部门", "the leading unit or the commission")
            }
            IssueState::Raised
            | IssueState::Returned
            | IssueState::Proposed
            | IssueState::Cleared => decides,
        },
        IssueStep::Propose => ("牵头单位", "the leading unit"),
    }
}
