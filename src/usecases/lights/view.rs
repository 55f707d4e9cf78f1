//! Parts of lights that other answers show too.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::light::judgement::CatchUp;
use crate::domain::light::sums::LightCounts;
use crate::domain::light::{Finding, GreyReason, Light, LightRule, LightUnit};
use crate::domain::money::Fen;
use crate::domain::words::{Language, Words};

/// Investment needed, and by when, to return to green (追赶量).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatchUp)]
pub(crate) struct CatchUpView {
    /// Investment needed in addition to what is completed, in 万元.
    pub amount_wan: Fen,
    /// Last day for it.
    pub by: NaiveDate,
    /// Amount and day as a sentence, in the caller's language.
    pub words: String,
}

impl CatchUpView {
    /// Renders `catch_up` in the caller's language.
    pub(crate) fn of(catch_up: CatchUp, language: Language) -> Self {
        let CatchUp { amount, by } = catch_up;
        let wan = amount.to_wan_grouped();
        let words = Words::new(
            format!("到 {by} 再完成 {wan} 万元，即可恢复绿灯。"),
            format!("Complete another {wan} 万元 by {by} to return to green."),
        );
        Self { amount_wan: amount, by, words: words.say(language) }
    }
}

/// Number of projects per light.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LightCounts)]
pub(crate) struct LightCountsView {
    /// Green: on schedule.
    pub green: i64,
    /// Yellow: behind schedule.
    pub yellow: i64,
    /// Red: far behind schedule.
    pub red: i64,
    /// Grey: not due yet, or not reported.
    pub grey: i64,
    /// Blue: finished.
    pub blue: i64,
}

impl From<LightCounts> for LightCountsView {
    fn from(counts: LightCounts) -> Self {
        Self {
            green: counts.green,
            yellow: counts.yellow,
            red: counts.red,
            grey: counts.grey,
            blue: counts.blue,
        }
    }
}

/// Result of one rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingView {
    /// The rule.
    pub rule: LightRule,
    /// Light given by the rule.
    pub light: Light,
    /// Why no light can be given; absent unless grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub grey_reason: Option<GreyReason>,
    /// The measured value; absent if grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-23.40")]
    pub measured: Option<String>,
    /// The threshold that decided: the one crossed, or for green the one not crossed. Absent if
    /// grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-20.00")]
    pub threshold: Option<String>,
    /// Unit of `measured` and `threshold`; absent if grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<LightUnit>,
    /// The finding as a sentence, in the caller's language.
    pub words: String,
}

impl FindingView {
    /// Renders `finding` in the caller's language.
    pub(crate) fn of(finding: &Finding, language: Language) -> Self {
        Self {
            rule: finding.rule,
            light: finding.light,
            grey_reason: finding.grey,
            measured: finding.measured.map(|m| m.to_string()),
            threshold: finding.threshold.map(|t| t.to_string()),
            unit: finding.measured.map(|m| m.unit),
            words: finding.words().say(language),
        }
    }
}
