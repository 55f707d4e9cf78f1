//! A report with what is shown and recorded beside it.

use crate::domain::id::{IssueId, ProjectId};
use crate::domain::report::Report;
use crate::domain::report::restatement::Restatement;
use crate::store::reports::{self, restatements};
use crate::store::{Conn, Result, issues};

/// A report with the restatements of its month and the issues it mentions.
#[derive(Clone, Debug)]
pub struct FiledReport {
    /// The report.
    pub report: Report,
    /// Corrections of its month, the earliest first.
    pub restatements: Vec<Restatement>,
    /// The issues it mentions.
    pub issue_ids: Vec<IssueId>,
}

impl FiledReport {
    /// A report for lists that show neither restatements nor issues.
    pub fn alone(report: Report) -> Self {
        Self { report, restatements: Vec::new(), issue_ids: Vec::new() }
    }
}

/// `report` with its restatements and issues.
pub fn of(conn: &mut Conn, report: Report) -> Result<FiledReport> {
    let restatements = restatements::list(conn, report.project_id, Some(report.month))?;
    let mut mentioned = issues::mentioned(conn, report.project_id)?;
    let issue_ids = mentioned.remove(&report.id).unwrap_or_default();
    Ok(FiledReport { report, restatements, issue_ids })
}

/// Every report of a project, the earliest month first.
pub fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<FiledReport>> {
    let restated = restatements::list(conn, project, None)?;
    let mut mentioned = issues::mentioned(conn, project)?;
    let filed = |report: Report| FiledReport {
        restatements: restated.iter().filter(|r| r.month == report.month).cloned().collect(),
        issue_ids: mentioned.remove(&report.id).unwrap_or_default(),
        report,
    };
    Ok(reports::list(conn, project)?.into_iter().map(filed).collect())
}
