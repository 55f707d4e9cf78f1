//! Answers about monthly reports.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, ReportId, RestatementId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportState;
use crate::domain::report::restatement::Restatement;
use crate::domain::words::Language;
use crate::store::reports::filed::FiledReport;
use crate::usecases::answer::Versioned;
use crate::usecases::warning::WarningView;

/// A project's report of one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub(crate) struct ReportView {
    /// The report's id.
    pub id: ReportId,
    /// The project's id.
    pub project_id: ProjectId,
    /// The month.
    pub month: Month,
    /// Its state. Only confirmed reports count in figures.
    pub state: ReportState,
    /// Invested in the month, in 万元.
    pub completed_wan: Fen,
    /// Physical progress of the whole project, in per cent.
    pub physical_percent: Option<Hundredths>,
    /// Progress in words; may be empty.
    pub progress: String,
    /// Why nothing was invested; may be empty.
    pub zero_reason: String,
    /// Investment the owner expects for the full year, in 万元.
    pub full_year_forecast_wan: Option<Fen>,
    /// Funds received since January, in 万元.
    pub funds_received_wan: Option<Fen>,
    /// Funds paid since January, in 万元.
    pub funds_paid_wan: Option<Fen>,
    /// Implausible figures found when the report was saved. They never block.
    pub warnings: Vec<WarningView>,
    /// The issues the report mentions, by id.
    pub issue_ids: Vec<IssueId>,
    /// Why the report was returned; empty unless it was.
    pub return_reason: String,
    /// When the report was last submitted.
    pub submitted_at: Option<Timestamp>,
    /// When the report was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Corrections of the month after it closed; `completed_wan` stays as reported.
    pub restatements: Vec<RestatementView>,
    /// The version, which is the ETag.
    pub version: i64,
}

impl ReportView {
    /// The answer about `filed` in the caller's language.
    pub(crate) fn of(filed: FiledReport, language: Language) -> Self {
        let FiledReport { report, restatements, issue_ids } = filed;
        let figures = report.figures;
        Self {
            id: report.id,
            project_id: report.project_id,
            month: report.month,
            state: report.state,
            completed_wan: figures.completed,
            physical_percent: figures.physical,
            progress: figures.progress,
            zero_reason: figures.zero_reason,
            full_year_forecast_wan: figures.full_year_forecast,
            funds_received_wan: figures.funds_received,
            funds_paid_wan: figures.funds_paid,
            warnings: WarningView::all(report.warnings, language),
            issue_ids,
            return_reason: report.return_reason,
            submitted_at: report.submitted.map(|s| s.at),
            confirmed_at: report.confirmed.map(|s| s.at),
            restatements: restatements.into_iter().map(RestatementView::from).collect(),
            version: report.version,
        }
    }
}

impl Versioned for ReportView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A correction of what a project completed in a closed month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Restatement)]
pub(crate) struct RestatementView {
    /// The restatement's id.
    pub id: RestatementId,
    /// The closed month.
    pub month: Month,
    /// What it adds to the month, in 万元; negative takes away.
    pub amount_wan: Fen,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl From<Restatement> for RestatementView {
    fn from(restatement: Restatement) -> Self {
        Self {
            id: restatement.id,
            month: restatement.month,
            amount_wan: restatement.amount,
            reason: restatement.reason,
            approver: restatement.approver,
            created_at: restatement.created_at,
        }
    }
}

impl Versioned for RestatementView {
    /// A restatement never changes; another one follows it.
    fn version(&self) -> i64 {
        1
    }
}
