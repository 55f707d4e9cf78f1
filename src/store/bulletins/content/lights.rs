//! Stored lights of projects and of rows.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::domain::light::{GreyReason, Light, LightRule, LightUnit};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::store::bulletins::content::rows::{About, Progress, RowDimension, RowKey};

/// Lights by area.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LightSummary {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// Dimension of the rows.
    pub by: RowDimension,
    /// The thresholds in force.
    pub rules: Rules,
    /// The rows.
    pub rows: Vec<LightRow>,
    /// Totals, with each project counted once.
    pub total: LightRow,
}

/// A version of the thresholds of a year.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// Number of the version; 0 for the default thresholds.
    pub number: i32,
    /// First month to which the version applies.
    pub effective_month: Month,
    /// Least deviation of a green light, in percentage points.
    pub green_from_points: Hundredths,
    /// Least deviation of a yellow light, in percentage points.
    pub yellow_from_points: Hundredths,
    /// Months of delay from which a start is yellow.
    pub start_yellow_months: i32,
    /// Months of delay from which a start is red.
    pub start_red_months: i32,
    /// Days of slippage above which a milestone is yellow.
    pub milestone_yellow_days: i32,
    /// Days of slippage above which a milestone is red.
    pub milestone_red_days: i32,
    /// Missing reports from which reporting is yellow.
    pub reporting_yellow_missing: i32,
    /// Missing reports from which reporting is red.
    pub reporting_red_missing: i32,
    /// Reason for the change; empty for version 0.
    pub reason: String,
    /// Time of the change; `None` for version 0.
    pub created_at: Option<Timestamp>,
}

/// Light of a row, and the number of its projects per light.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LightRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub key: RowKey,
    /// Light of its summed progress.
    pub light: Light,
    /// Finding of the rule of progress on its sums.
    pub finding: Finding,
    /// Inputs of the rule of progress.
    pub progress: Progress,
    /// Investment needed to return to green.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<CatchUp>,
    /// Number of its projects per light.
    pub projects: LightCounts,
}

/// Number of projects per light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LightCounts {
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

/// Light of a project, with the findings behind it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProjectLight {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The code of its industry line.
    pub industry: String,
    /// The code of its area.
    pub area: String,
    /// The names of its owning units.
    pub owners: Vec<String>,
    /// The light shown: the overridden one, else the computed one.
    pub light: Light,
    /// The light computed by the rules.
    pub computed: Light,
    /// The rule that decided the computed light; `None` if grey or blue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<LightRule>,
    /// Findings of all rules.
    pub findings: Vec<Finding>,
    /// Inputs of the rule of progress.
    pub progress: Progress,
    /// Investment needed to return to green.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<CatchUp>,
    /// The override that applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden_by: Option<Override>,
    /// Number of the version of the thresholds that applied.
    pub rules: i32,
}

/// Result of one rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// The rule.
    pub rule: LightRule,
    /// Light given by the rule.
    pub light: Light,
    /// Why no light can be given; `None` unless grey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grey_reason: Option<GreyReason>,
    /// The measured value; `None` if grey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// The threshold that decided; `None` if grey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Unit of `measured` and `threshold`; `None` if grey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<LightUnit>,
    /// The finding as a sentence, in Chinese.
    pub words: String,
}

/// Investment needed, and by when, to return to green.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CatchUp {
    /// Investment needed in addition to what is completed, in 万元.
    pub amount_wan: Fen,
    /// Last day for it.
    pub by: NaiveDate,
    /// Amount and day as a sentence, in Chinese.
    pub words: String,
}

/// A manual override of a project's light.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Override {
    /// The override's id.
    pub id: LightOverrideId,
    /// The light shown instead of the computed one.
    pub light: Light,
    /// Reason for the override.
    pub reason: String,
    /// The first month it covers.
    pub from_month: Month,
    /// Last day on which it applies.
    pub expires_on: NaiveDate,
    /// Time at which it was created.
    pub created_at: Timestamp,
    /// Username of the account that created it.
    pub created_by: String,
    /// Time at which it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Last month covered, if it was withdrawn.
    pub ends_after: Option<Month>,
}
