//! A monthly report as callers read and write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::reports::restatements::RestatementView;
use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, ReportId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::report::restatement::Restatement;
use crate::domain::report::{Report, ReportFigures, ReportState};
use crate::domain::text::{Line, Note};
use crate::domain::words::Language;
use crate::http::check::Check;
use crate::http::problem::Problem;
use crate::http::reply::Versioned;

/// A project's report of one month.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Report)]
pub struct ReportView {
    /// The report's id.
    pub id: ReportId,
    /// The project's id.
    pub project_id: ProjectId,
    /// The month.
    pub month: Month,
    /// Where it stands; only confirmed reports count.
    pub state: ReportState,
    /// Invested in the month, in 万元.
    pub completed_wan: Fen,
    /// Physical progress of the whole project, in per cent.
    pub physical_percent: Option<Hundredths>,
    /// Progress in words; may be empty.
    pub progress: String,
    /// Why nothing was invested; may be empty.
    pub zero_reason: String,
    /// What the owner expects for the full year, in 万元.
    pub full_year_forecast_wan: Option<Fen>,
    /// Funds received since January, in 万元.
    pub funds_received_wan: Option<Fen>,
    /// Funds paid since January, in 万元.
    pub funds_paid_wan: Option<Fen>,
    /// What looked odd when it was saved; never blocks.
    pub warnings: Vec<WarningView>,
    /// The issues it mentions, by id.
    pub issue_ids: Vec<IssueId>,
    /// Why it was returned; empty unless it was.
    pub return_reason: String,
    /// When it was last submitted.
    pub submitted_at: Option<Timestamp>,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// What was added to the month after it closed; `completed_wan` stays what was reported.
    pub restatements: Vec<RestatementView>,
    /// The version, which is the ETag.
    pub version: i64,
}

/// One odd thing, explained with its figures.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningView {
    /// Stable code to program against.
    #[schema(example = "half-of-the-year")]
    pub code: String,
    /// The explanation, in the caller's language.
    pub detail: String,
}

impl ReportView {
    /// This report beside those of `restatements` that are of its month.
    #[must_use]
    pub fn beside(self, restatements: &[Restatement]) -> Self {
        let mine = restatements.iter().filter(|r| r.month == self.month).cloned();
        Self { restatements: mine.map(RestatementView::from).collect(), ..self }
    }

    /// This report with the issues it mentions.
    #[must_use]
    pub fn mentioning(self, issues: &BTreeMap<ReportId, Vec<IssueId>>) -> Self {
        Self { issue_ids: issues.get(&self.id).cloned().unwrap_or_default(), ..self }
    }

    /// `report` in the caller's language.
    pub fn of(report: Report, language: Language) -> Self {
        let figures = report.figures;
        let warning = |w: crate::domain::report::warning::Warning| {
            let detail = w.words().say(language);
            WarningView { code: w.code, detail }
        };
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
            warnings: report.warnings.into_iter().map(warning).collect(),
            issue_ids: Vec::new(),
            return_reason: report.return_reason,
            submitted_at: report.submitted.map(|s| s.at),
            confirmed_at: report.confirmed.map(|s| s.at),
            restatements: Vec::new(),
            version: report.version,
        }
    }
}

impl Versioned for ReportView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What an owner fills in for a month.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ReportInput {
    /// Invested in the month, in 万元.
    pub completed_wan: Fen,
    /// Physical progress of the whole project, 0 to 100 per cent, at most two decimals.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$")]
    pub physical_percent: Option<Hundredths>,
    /// Progress in words.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub progress: String,
    /// Why nothing was invested; required at submission for a month of zero during construction.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub zero_reason: String,
    /// What the owner expects for the full year, in 万元.
    #[serde(default)]
    pub full_year_forecast_wan: Option<Fen>,
    /// Funds received since January, in 万元.
    #[serde(default)]
    pub funds_received_wan: Option<Fen>,
    /// Funds paid since January, in 万元.
    #[serde(default)]
    pub funds_paid_wan: Option<Fen>,
    /// Issues of the project that it mentions, by id.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub issue_ids: Vec<IssueId>,
}

impl ReportInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "completed_wan": "1250.00", "physical_percent": "42.50", "progress": "主体结构封顶",
            "full_year_forecast_wan": "12000.00",
            "funds_received_wan": "6000.00", "funds_paid_wan": "5200.00",
        })
    }

    /// The figures in the domain's terms; `issues` are the project's.
    ///
    /// # Errors
    /// 422 that names every wrong field.
    pub fn figures(&self, issues: &[IssueId]) -> Result<ReportFigures, Problem> {
        let mut check = Check::new();
        for (index, issue) in self.issue_ids.iter().enumerate() {
            check.known(&format!("/issue_ids/{index}"), issues.iter().find(|own| *own == issue));
        }
        let progress = check.field("/progress", Note::parse(&self.progress));
        let zero_reason = check.field("/zero_reason", Line::parse(&self.zero_reason));
        let figures = ReportFigures {
            completed: self.completed_wan,
            physical: self.physical_percent,
            progress: progress.map(Note::into_string).unwrap_or_default(),
            zero_reason: zero_reason.map(Line::into_string).unwrap_or_default(),
            full_year_forecast: self.full_year_forecast_wan,
            funds_received: self.funds_received_wan,
            funds_paid: self.funds_paid_wan,
        };
        check.extend(figures.check());
        check.done(Some(figures))
    }
}
