//! A report with what is shown and recorded beside it.

use std::collections::BTreeMap;

use crate::domain::id::{IssueId, ProjectId, ReportId};
use crate::domain::month::Month;
use crate::domain::report::Report;
use crate::domain::report::restatement::Restatement;
use crate::store::reports::{self, restatements};
use crate::store::{Conn, Result, issues};

/// A report with the restatements of its month and the issues it mentions.
#[derive(Clone, Debug)]
pub(crate) struct FiledReport {
    /// The report.
    pub report: Report,
    /// Corrections of its month, the earliest first.
    pub restatements: Vec<Restatement>,
    /// The issues it mentions.
    pub issue_ids: Vec<IssueId>,
}

/// `report` with its restatements and issues.
pub(crate) fn of(conn: &mut Conn, report: Report) -> Result<FiledReport> {
    let restatements = restatements::list(conn, report.project_id, Some(report.month))?;
    let mut mentioned = issues::mentioned(conn, report.project_id)?;
    let issue_ids = mentioned.remove(&report.id).unwrap_or_default();
    Ok(FiledReport { report, restatements, issue_ids })
}

/// Every report of a project, the earliest month first.
pub(crate) fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<FiledReport>> {
    let restated = restatements::list(conn, project, None)?;
    let mut mentioned = issues::mentioned(conn, project)?;
    let filed = |report: Report| FiledReport {
        restatements: restated.iter().filter(|r| r.month == report.month).cloned().collect(),
        issue_ids: mentioned.remove(&report.id).unwrap_or_default(),
        report,
    };
    Ok(reports::list(conn, project)?.into_iter().map(filed).collect())
}

/// `reports` of any projects in their order; two queries.
pub(crate) fn many(conn: &mut Conn, reports: Vec<Report>) -> Result<Vec<FiledReport>> {
    let projects = reports.iter().map(|report| report.project_id).collect();
    let months = reports.iter().map(|report| report.month).collect();
    let restated = restatements::of_months(conn, &projects, &months)?;
    let mut by_month: BTreeMap<(ProjectId, Month), Vec<Restatement>> = BTreeMap::new();
    for restatement in restated {
        let month = (restatement.project_id, restatement.month);
        by_month.entry(month).or_default().push(restatement);
    }
    let ids: Vec<ReportId> = reports.iter().map(|report| report.id).collect();
    let mut mentioned = issues::mentioned_by(conn, &ids)?;
    let filed = |report: Report| FiledReport {
        restatements: by_month.remove(&(report.project_id, report.month)).unwrap_or_default(),
        issue_ids: mentioned.remove(&report.id).unwrap_or_default(),
        report,
    };
    Ok(reports.into_iter().map(filed).collect())
}
