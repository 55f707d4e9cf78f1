//! Milestones as they are shown, added, and changed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::MilestoneId;
use crate::domain::milestone::{Milestone, MilestoneClass, Template};
use crate::usecases::answer::Versioned;
use crate::usecases::patch::Patchable;
use crate::usecases::warning::WarningView;

/// A milestone of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Milestone)]
pub(crate) struct MilestoneView {
    /// The milestone's id.
    pub id: MilestoneId,
    /// A template's code, or a code defined for this project.
    #[schema(example = "start")]
    pub code: String,
    /// Name of the milestone.
    pub name: String,
    /// Class: preliminary procedure or construction.
    pub class: MilestoneClass,
    /// Position among the project's milestones.
    pub position: i32,
    /// Originally planned date; never changes.
    pub baseline_date: NaiveDate,
    /// Expected date, if it differs from the baseline.
    pub forecast_date: Option<NaiveDate>,
    /// Reason for the last change of the forecast; empty if it never changed.
    pub forecast_reason: String,
    /// Date on which it was reached; null until then.
    pub actual_date: Option<NaiveDate>,
    /// Days late, negative if early: actual date minus baseline. Until it is reached, forecast
    /// minus baseline; if the forecast has passed, or there is none and the baseline has passed,
    /// today minus baseline. Null if neither applies.
    pub slippage_days: Option<i64>,
    /// Relative weight among the project's milestones.
    pub weight: i32,
    /// Number of the document that proves it was reached; may be empty.
    pub document_number: String,
    /// Other evidence that it was reached; may be empty.
    pub evidence: String,
    /// Version number, used as the ETag.
    pub version: i64,
    /// Dates of the project that contradict each other, as in `GET /projects/{project_id}`. They never
    /// block. Only in the answer to a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub warnings: Option<Vec<WarningView>>,
}

impl MilestoneView {
    /// View of `milestone`, with slippage as of `today`.
    pub(crate) fn of(milestone: Milestone, today: NaiveDate) -> Self {
        Self {
            id: milestone.id,
            slippage_days: milestone.slippage_days(today),
            code: milestone.code,
            name: milestone.name,
            class: milestone.class,
            position: milestone.position,
            baseline_date: milestone.baseline,
            forecast_date: milestone.forecast,
            forecast_reason: milestone.forecast_reason,
            actual_date: milestone.actual,
            weight: milestone.weight,
            document_number: milestone.document_number,
            evidence: milestone.evidence,
            version: milestone.version,
            warnings: None,
        }
    }
}

impl Versioned for MilestoneView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A standard milestone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MilestoneTemplate {
    /// Code of the template.
    pub code: &'static str,
    /// Name of the milestone.
    pub name: &'static str,
    /// Class: preliminary procedure or construction.
    pub class: MilestoneClass,
}

impl From<&Template> for MilestoneTemplate {
    fn from(template: &Template) -> Self {
        Self { code: template.code, name: template.name, class: template.class }
    }
}

/// A new milestone, from a template or defined for this project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct MilestoneInput {
    /// A template's code (`GET /milestone-templates`), or a new code for this project.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Name; defaults to the template's. Required without a template.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Class; defaults to the template's. Required without a template.
    #[serde(default)]
    #[schema(nullable = false)]
    pub class: Option<MilestoneClass>,
    /// Planned date; never changes.
    pub baseline_date: NaiveDate,
    /// Date on which it was reached; not in the future. Null or absent if it was not.
    #[serde(default)]
    pub actual_date: Option<NaiveDate>,
    /// Relative weight among the project's milestones.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    pub weight: i32,
    /// Number of the document that proves it was reached.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub document_number: String,
}

fn one() -> i32 {
    1
}

impl MilestoneInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"code": "main_structure", "baseline_date": "2021-10-31", "weight": 2})
    }
}

/// The fields of a milestone that can be changed after it was added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MilestoneEdit {
    /// New expected date; requires `reason`.
    #[schema(nullable = false)]
    pub forecast_date: Option<NaiveDate>,
    /// Reason for the new forecast.
    #[schema(min_length = 2, max_length = 500, nullable = false)]
    pub reason: Option<String>,
    /// Date on which it was reached; not in the future. Null clears a date entered by mistake.
    pub actual_date: Option<NaiveDate>,
    /// Number of the document that proves it was reached.
    #[schema(max_length = 500)]
    pub document_number: String,
    /// Other evidence that it was reached.
    #[schema(max_length = 500)]
    pub evidence: String,
}

impl From<&Milestone> for MilestoneEdit {
    fn from(milestone: &Milestone) -> Self {
        Self {
            forecast_date: milestone.forecast,
            // A new forecast has a reason of its own.
            reason: None,
            actual_date: milestone.actual,
            document_number: milestone.document_number.clone(),
            evidence: milestone.evidence.clone(),
        }
    }
}

impl Patchable for MilestoneEdit {
    const SCHEMA: &'static str = "MilestonePatch";
    const DESCRIPTION: &'static str = "Changes to a milestone; absent fields stay as they are.";
    const FIXED: &'static [&'static str] = &[];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"forecast_date": "2021-11-30", "reason": "雨季影响基础施工"})
    }
}
