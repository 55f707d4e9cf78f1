//! Digests: what a mirror compares to find where it differs from the register.
//!
//! A digest is taken over lines of text that anybody who reads the API can write down again, in any
//! language: UTF-8, one space between the words, a line feed after each line, ids and versions in
//! decimal digits, amounts in 万元 letter by letter as the API writes them. A version grows with
//! every change of a thing, so it stands for everything the line does not name.

use crate::domain::id::{ProjectId, RestatementId};
use crate::domain::money::Fen;
use crate::domain::report::ReportState;

/// A project as its industry's digest counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProjectMark {
    /// The project.
    pub id: ProjectId,
    /// Its version: it grows with every change of its facts.
    pub version: i64,
    /// Its total investment.
    pub total: Fen,
}

/// What a month's digest counts of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonthMark {
    /// Its report.
    Report {
        /// The project.
        project: ProjectId,
        /// The report's version: it grows with every change.
        version: i64,
        /// Where it stands.
        state: ReportState,
        /// Its amount.
        completed: Fen,
    },
    /// A restatement.
    Restatement {
        /// The project.
        project: ProjectId,
        /// The restatement, which never changes.
        id: RestatementId,
        /// Its amount.
        amount: Fen,
    },
}

impl ProjectMark {
    /// `project <id> <version> <total_investment_wan>`
    pub fn line(&self) -> String {
        format!("project {} {} {}\n", self.id, self.version, self.total.to_wan())
    }
}

impl MonthMark {
    /// What counts of it as completed: nothing of a report that is not confirmed.
    pub fn counted(&self) -> Fen {
        match self {
            Self::Report { state: ReportState::Confirmed, completed, .. } => *completed,
            Self::Report { .. } => Fen::ZERO,
            Self::Restatement { amount, .. } => *amount,
        }
    }

    /// `report <project_id> <version> <state> <completed_wan>` or
    /// `restatement <project_id> <id> <amount_wan>`
    pub fn line(&self) -> String {
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
