//! Year plans as they are entered: first version and adjustment.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::new_version::{CheckedAmounts, Effect, VersionWords, may_take_effect};
use crate::domain::plan::year_plan::{PlanVersion, PlanVersionKind, YearPlan};
use crate::domain::text::{Line, Note, Reason};
use crate::domain::words::Words;
use crate::usecases::ask::Stamp;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// First version of a project's year plan.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct YearPlanInput {
    /// Planned investment of the year, in 万元; at most the project's total investment.
    pub annual_investment_wan: Fen,
    /// Planned investment of January to December, in 万元; the twelve sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// Goal of the year, as text.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub goal: String,
    /// First month to which the plan applies; after the last closed month. Default: January, or the
    /// month after the last closed one. A plan that starts after January gets the kind `addition`.
    #[schema(nullable = false)]
    pub effective_month: Option<Month>,
    /// Number of the document that approved it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document_number: String,
    /// Reason for planning the project in mid-year.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

impl YearPlanInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "annual_investment_wan": "12000.00",
            "months": ["500.00", "500.00", "1000.00", "1000.00", "1000.00", "1000.00",
                       "1000.00", "1200.00", "1200.00", "1200.00", "1200.00", "1200.00"],
            "goal": "主体完工",
        })
    }

    /// Checks the fields; returns the first version of the plan of `year`. `total` is the project's
    /// total investment.
    ///
    /// # Errors
    /// Invalid, with every wrong field.
    pub(super) fn version(
        &self,
        year: Year,
        total: Fen,
        last_closed: Option<Month>,
        stamp: &Stamp,
    ) -> Result<PlanVersion, Refusal> {
        let mut check = Check::new();
        let reason = check.field("/reason", Line::parse(&self.reason)).map(Line::into_string);
        let words = words(&mut check, &self.goal, &self.document_number, reason);
        let after_closed = last_closed.map_or(year.january(), Month::next);
        let effective = self.effective_month.unwrap_or(after_closed);
        check.all(may_take_effect(effective, year, last_closed, None).map_err(|e| vec![e]));
        let annual = self.annual_investment_wan;
        let amounts = check.all(CheckedAmounts::check(annual, &self.months, total));
        let (amounts, words) = check.done(amounts.zip(words))?;
        Ok(amounts.first(effective, words, stamp.now.instant, stamp.author.user_id()))
    }
}

/// Checks the texts of a version.
fn words(
    check: &mut Check,
    goal: &str,
    document_number: &str,
    reason: Option<String>,
) -> Option<VersionWords> {
    let goal = check.field("/goal", Note::parse(goal));
    let document_number = check.field("/document_number", Line::parse(document_number));
    Some(VersionWords {
        goal: goal?.into_string(),
        document_number: document_number?.into_string(),
        reason: reason?,
    })
}

/// Reason why a version follows the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AdjustmentKind {
    /// 调整: the plan changes.
    Adjustment,
    /// 追加: investment is added in mid-year.
    Addition,
    /// 更正: the previous version was entered incorrectly.
    Correction,
}

impl From<AdjustmentKind> for PlanVersionKind {
    fn from(kind: AdjustmentKind) -> Self {
        match kind {
            AdjustmentKind::Adjustment => Self::Adjustment,
            AdjustmentKind::Addition => Self::Addition,
            AdjustmentKind::Correction => Self::Correction,
        }
    }
}

/// A new version of a year plan.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct AdjustmentInput {
    /// Kind of the change.
    pub kind: AdjustmentKind,
    /// First month to which the version applies; after the last closed month, and not before the
    /// previous version's.
    pub effective_month: Month,
    /// Planned investment of the whole year, in 万元; at most the project's total investment.
    pub annual_investment_wan: Fen,
    /// Planned investment of January to December, in 万元; the twelve sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// Goal of the year, as text; if empty, that of the previous version.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub goal: String,
    /// Number of the document that approved it; required unless the kind is `correction`.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document_number: String,
    /// Reason for the change.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl AdjustmentInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "kind": "adjustment", "effective_month": "2021-07",
            "annual_investment_wan": "9600.00", "months": vec!["800.00"; 12],
            "document_number": "东发改〔2021〕58号", "reason": "用地手续未按期办结，压减全年计划",
        })
    }

    /// Checks the fields; returns the version that follows the last one of `plan`. `total` is the
    /// project's total investment.
    ///
    /// # Errors
    /// Invalid, with every wrong field.
    pub(super) fn version(
        &self,
        plan: &YearPlan,
        total: Fen,
        last_closed: Option<Month>,
        stamp: &Stamp,
    ) -> Result<PlanVersion, Refusal> {
        let last = plan.versions.last().ok_or_else(|| Refusal::broken("a plan has no version"))?;
        let mut check = Check::new();
        let reason = check.field("/reason", Reason::parse(&self.reason)).map(Reason::into_string);
        let words = words(&mut check, &self.goal, &self.document_number, reason);
        let needs_document = self.kind != AdjustmentKind::Correction;
        if needs_document && self.document_number.trim().is_empty() {
            let words = Words::new(
                "请填写调整依据的文号；只有更正可以不填。",
                "Give the number of the document that approves it; only a correction may omit it.",
            );
            let error = FieldError::new("", "blank", words);
            check.note("/document_number", error.compared_with(&["/kind"]));
        }
        let previous = Some(last.effective_month);
        let effective = self.effective_month;
        let order = may_take_effect(effective, plan.year, last_closed, previous);
        check.all(order.map_err(|e| vec![e]));
        let annual = self.annual_investment_wan;
        let amounts = check.all(CheckedAmounts::check(annual, &self.months, total));
        let (amounts, words) = check.done(amounts.zip(words))?;
        let kind = self.kind.into();
        let by = stamp.author.user_id();
        let effect = Effect { kind, month: effective };
        Ok(amounts.after(last, effect, words, stamp.now.instant, by))
    }
}
