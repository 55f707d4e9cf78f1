//! What callers write: reports, returns and restatements.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::IssueId;
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportFigures;
use crate::domain::text::{Line, Note};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// The part of a report that its owner writes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ReportInput {
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
    /// Investment the owner expects for the full year, in 万元.
    #[serde(default)]
    pub full_year_forecast_wan: Option<Fen>,
    /// Funds received since January, in 万元.
    #[serde(default)]
    pub funds_received_wan: Option<Fen>,
    /// Funds paid since January, in 万元.
    #[serde(default)]
    pub funds_paid_wan: Option<Fen>,
    /// Issues of the project that the report mentions, by id.
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
    pub(crate) fn figures(&self, issues: &[IssueId]) -> Result<ReportFigures, Refusal> {
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

    /// The issues it mentions, each once.
    pub(crate) fn distinct_issues(&self) -> Vec<IssueId> {
        self.issue_ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Why a report is returned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ReportReturn {
    /// What its owner has to change.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl ReportReturn {
    fn sample() -> serde_json::Value {
        serde_json::json!({"reason": "本月完成投资与支付凭证不符，请核对"})
    }
}

/// A correction of a closed month.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct RestatementInput {
    /// Amount added to the month, in 万元; negative subtracts, down to a month of zero.
    pub amount_wan: Fen,
    /// Why the month was wrong.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// Who approved it.
    #[schema(min_length = 1, max_length = 200)]
    pub approver: String,
}

impl RestatementInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "amount_wan": "-120.00", "reason": "重复计入设备款，审计核减", "approver": "市发展改革委重大项目科",
        })
    }
}
