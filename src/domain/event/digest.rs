//! Digest lines: the text that is hashed so that a mirror can find where it differs from the
//! register.
//!
//! A client can rebuild the lines from API responses in any programming language: UTF-8, one space
//! between words, a line feed after each line, ids and versions as decimal digits, amounts in 万元
//! exactly as the API returns them. Every change of a record increases its version, so the version
//! covers all fields that the line does not list.

use crate::domain::id::{ProjectId, RestatementId};
use crate::domain::money::Fen;
use crate::domain::report::ReportState;

/// Project as included in the digest of its industry line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProjectMark {
    /// The project.
    pub id: ProjectId,
    /// Version; increases with every change of the project's facts.
    pub version: i64,
    /// Total investment.
    pub total: Fen,
}

/// Report or restatement as included in the digest of its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MonthMark {
    /// A monthly report.
    Report {
        /// The project.
        project: ProjectId,
        /// Version; increases with every change of the report.
        version: i64,
        /// Current state.
        state: ReportState,
        /// Reported amount.
        completed: Fen,
    },
    /// A restatement.
    Restatement {
        /// The project.
        project: ProjectId,
        /// Restatement id; restatements never change.
        id: RestatementId,
        /// Amount added; negative reduces the month.
        amount: Fen,
    },
}

impl ProjectMark {
    /// `project <id> <version> <total_investment_wan>`
    pub(crate) fn line(&self) -> String {
        format!("project {} {} {}\n", self.id, self.version, self.total.to_wan())
    }
}

impl MonthMark {
    /// Amount that counts as completed: zero for a report that is not confirmed.
    pub(crate) fn counted(&self) -> Fen {
        match self {
            Self::Report { state: ReportState::Confirmed, completed, .. } => *completed,
            Self::Report { .. } => Fen::ZERO,
            Self::Restatement { amount, .. } => *amount,
        }
    }

    /// `report <project_id> <version> <state> <completed_wan>` or
    /// `restatement <project_id> <id> <amount_wan>`
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Report { project, version, state, completed } => {
                format!("report {project} {version} {state} {}\n", completed.to_wan())
            }
            Self::Restatement { project, id, amount } => {
                format!("restatement {project} {id} {}\n", amount.to_wan())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wan(text: &str) -> Fen {
        Fen::parse_wan(text).unwrap()
    }

    #[test]
    fn lines_are_as_documented_and_only_what_is_confirmed_counts() {
        let project = ProjectMark { id: ProjectId(7), version: 3, total: wan("32780") };
        let report = |state| MonthMark::Report {
            project: ProjectId(7),
            version: 4,
            state,
            completed: wan("1250.5"),
        };
        let restated = MonthMark::Restatement {
            project: ProjectId(7),
            id: RestatementId(2),
            amount: wan("-0.000001"),
        };

        assert_eq!(project.line(), "project 7 3 32780.00\n");
        assert_eq!(report(ReportState::Confirmed).line(), "report 7 4 confirmed 1250.50\n");
        assert_eq!(restated.line(), "restatement 7 2 -0.000001\n");
        assert_eq!(report(ReportState::Confirmed).counted(), wan("1250.50"));
        assert_eq!(report(ReportState::Submitted).counted(), Fen::ZERO);
        assert_eq!(restated.counted(), wan("-0.000001"));
    }
}
