//! Lights as callers see them: with inputs, the deciding rule and threshold, and the way back.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::place::Place;
use crate::api::figures::view::{Judged, RateView};
use crate::api::lights::overrides::LightOverrideView;
use crate::domain::figures::progress;
use crate::domain::id::ProjectId;
use crate::domain::light::judgement::{CatchUp, GroupLight, LightJudge, ProjectLight};
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::light::{Finding, GreyReason, Light, LightRule, LightUnit};
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::domain::words::{Language, Words};

/// What one rule says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// The rule.
    pub rule: LightRule,
    /// Its light.
    pub light: Light,
    /// Why nothing can be said; absent unless grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub grey_reason: Option<GreyReason>,
    /// What was measured; absent when grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-23.40")]
    pub measured: Option<String>,
    /// The threshold that decided: the one that was crossed, or for green the one that was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-20.00")]
    pub threshold: Option<String>,
    /// What both count; absent when grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<LightUnit>,
    /// All this in words, in the caller's language.
    pub words: String,
}

impl FindingView {
    /// `finding` in the caller's language.
    pub fn of(finding: &Finding, language: Language) -> Self {
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

/// What must be invested, and by when, to be green again (追赶量).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatchUp)]
pub struct CatchUpView {
    /// The amount beyond what is completed, in 万元.
    pub amount_wan: Fen,
    /// The last day for it.
    pub by: NaiveDate,
    /// Both in words, in the caller's language.
    pub words: String,
}

impl CatchUpView {
    /// `catch_up` in the caller's language.
    pub fn of(catch_up: CatchUp, language: Language) -> Self {
        let CatchUp { amount, by } = catch_up;
        let wan = amount.to_wan_grouped();
        let words = Words::new(
            format!("到 {by} 再完成 {wan} 万元，即可恢复绿灯。"),
            format!("{wan} 万元 by {by} to be green."),
        );
        Self { amount_wan: amount, by, words: words.say(language) }
    }
}

/// What progress was judged by.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ProgressInputs {
    /// Completed ÷ planned.
    pub against_plan: RateView,
    /// How far the year should be by now, in per cent; null without plans to weigh by.
    pub expected_percent: Option<Hundredths>,
    /// Completion less expected progress, in percentage points.
    pub deviation_points: Option<Hundredths>,
}

impl ProgressInputs {
    /// Of what `judge` judges.
    pub fn of(judge: &LightJudge, figures: &LightFigures) -> Self {
        let judged = Judged::of(&figures.now, judge.period, judge.mode);
        Self {
            against_plan: progress::against_plan(&figures.now).into(),
            expected_percent: judged.expected,
            deviation_points: judged.deviation,
        }
    }
}

/// The light of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectLight)]
pub struct ProjectLightView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Its industry line, by code.
    pub industry: String,
    /// Its area, by code.
    pub area: String,
    /// The names of its owning units.
    pub owners: Vec<String>,
    /// The light that is shown.
    pub light: Light,
    /// The light by the rules; another one only while a person's word stands.
    pub computed: Light,
    /// The rule that decided; absent when grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decided_by: Option<LightRule>,
    /// What every rule says.
    pub findings: Vec<FindingView>,
    /// What progress was judged by.
    pub progress: ProgressInputs,
    /// What turns progress green; absent when it is, or nothing can be said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
    /// The person's word that stands instead; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub overridden_by: Option<LightOverrideView>,
    /// The version of the year's rules that decided.
    pub rules: i32,
}

/// Names that stand beside a light.
#[derive(Clone, Debug, Default)]
pub struct LightNames {
    /// The project's name.
    pub project: String,
    /// Its industry's code.
    pub industry: String,
    /// Its area's code.
    pub area: String,
    /// The names of its owning units.
    pub owners: Vec<String>,
}

impl ProjectLightView {
    /// `light` in the caller's language.
    pub fn of(
        project_id: ProjectId,
        names: LightNames,
        light: ProjectLight,
        (progress, rules): (ProgressInputs, i32),
        language: Language,
    ) -> Self {
        Self {
            project_id,
            project: names.project,
            industry: names.industry,
            area: names.area,
            owners: names.owners,
            light: light.light,
            computed: light.computed,
            decided_by: light.decided_by.map(|finding| finding.rule),
            findings: light.findings.iter().map(|f| FindingView::of(f, language)).collect(),
            progress,
            catch_up: light.catch_up.map(|c| CatchUpView::of(c, language)),
            overridden_by: light.overridden.map(LightOverrideView::from),
            rules,
        }
    }
}

/// How many projects show which light.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LightCounts)]
pub struct LightCountsView {
    /// Green.
    pub green: i64,
    /// Yellow.
    pub yellow: i64,
    /// Red.
    pub red: i64,
    /// Grey: not due, or not reported.
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

/// The light of one area, industry, group or unit, and the lights of its projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LightRow {
    /// The place; empty on the total.
    #[serde(flatten)]
    pub place: Place,
    /// Its light: progress of its sums by the same thresholds; blue when all are finished.
    pub light: Light,
    /// What the rule of progress says of its sums.
    pub finding: FindingView,
    /// What progress was judged by.
    pub progress: ProgressInputs,
    /// What turns it green; absent when it is, or nothing can be said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
    /// How many of its projects show which light.
    pub projects: LightCountsView,
}

impl LightRow {
    /// The row of `place`.
    pub fn of(
        place: Place,
        (figures, counts): (&LightFigures, LightCounts),
        judge: &LightJudge,
        language: Language,
    ) -> Self {
        let GroupLight { light, progress, catch_up } = judge.group(figures, counts);
        Self {
            place,
            light,
            finding: FindingView::of(&progress, language),
            progress: ProgressInputs::of(judge, figures),
            catch_up: catch_up.map(|c| CatchUpView::of(c, language)),
            projects: counts.into(),
        }
    }
}
