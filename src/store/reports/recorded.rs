//! Reports and restatements in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, ReportId, RestatementId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportState;
use crate::domain::report::restatement::Restatement;
use crate::store::reports::filed::FiledReport;

/// A report.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedReport<'a> {
    id: ReportId,
    project_id: ProjectId,
    month: Month,
    state: ReportState,
    completed_wan: Fen,
    physical_percent: Option<Hundredths>,
    progress: &'a str,
    zero_reason: &'a str,
    full_year_forecast_wan: Option<Fen>,
    funds_received_wan: Option<Fen>,
    funds_paid_wan: Option<Fen>,
    warnings: Vec<RecordedWarning<'a>>,
    issue_ids: &'a [IssueId],
    return_reason: &'a str,
    submitted_at: Option<Timestamp>,
    confirmed_at: Option<Timestamp>,
    restatements: Vec<RecordedRestatement<'a>>,
    version: i64,
}

/// A warning, with its words in Chinese.
#[derive(Debug, Serialize)]
struct RecordedWarning<'a> {
    code: &'a str,
    detail: String,
}

/// A restatement.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedRestatement<'a> {
    id: RestatementId,
    month: Month,
    amount_wan: Fen,
    reason: &'a str,
    approver: &'a str,
    created_at: Timestamp,
}

impl<'a> From<&'a FiledReport> for RecordedReport<'a> {
    fn from(filed: &'a FiledReport) -> Self {
        let FiledReport { report, restatements, issue_ids } = filed;
        let figures = &report.figures;
        let warnings = report.warnings.iter();
        Self {
            id: report.id,
            project_id: report.project_id,
            month: report.month,
            state: report.state,
            completed_wan: figures.completed,
            physical_percent: figures.physical,
            progress: &figures.progress,
            zero_reason: &figures.zero_reason,
            full_year_forecast_wan: figures.full_year_forecast,
            funds_received_wan: figures.funds_received,
            funds_paid_wan: figures.funds_paid,
            warnings: warnings
                .map(|w| RecordedWarning { code: &w.code, detail: w.words().zh })
                .collect(),
            issue_ids,
            return_reason: &report.return_reason,
            submitted_at: report.submitted.map(|s| s.at),
            confirmed_at: report.confirmed.map(|s| s.at),
            restatements: restatements.iter().map(RecordedRestatement::from).collect(),
            version: report.version,
        }
    }
}

impl<'a> From<&'a Restatement> for RecordedRestatement<'a> {
    fn from(restatement: &'a Restatement) -> Self {
        Self {
            id: restatement.id,
            month: restatement.month,
            amount_wan: restatement.amount,
            reason: &restatement.reason,
            approver: &restatement.approver,
            created_at: restatement.created_at,
        }
    }
}
