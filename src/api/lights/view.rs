//! API views of lights: findings, inputs, and the investment needed to return to green.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::lights::overrides::LightOverrideView;
use crate::api::figures::place::Place;
use crate::api::figures::view::{Judged, RateView};
use crate::domain::figures::progress;
use crate::domain::id::ProjectId;
use crate::domain::light::judgement::{GroupLight, LightJudge, ProjectLight};
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::light::{Finding, GreyReason, Light, LightRule, LightUnit};
use crate::domain::words::Language;
use crate::usecases::figures::dimensions::RowPlace;
use crate::usecases::figures::view::ProgressInputs;
use crate::usecases::lights::view::{CatchUpView, LightCountsView};
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::domain::words::{Language, Words};
use crate::usecases::lights::overrides::LightOverrideView;

/// Result of one rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
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

/// A project's light, with the findings behind it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectLight)]
pub struct ProjectLightView {
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
    /// The light shown: the overridden one if an override applies, else the computed one.
    pub light: Light,
    /// The light computed by the rules.
    pub computed: Light,
    /// The rule that decided the computed light: the worst finding. Absent if grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decided_by: Option<LightRule>,
    /// Findings of all rules.
    pub findings: Vec<FindingView>,
    /// Inputs of the rule of progress.
    pub progress: ProgressInputs,
    /// Investment needed to return to green; absent if progress is green or grey, or the computed
    /// light is grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
    /// The override that applies; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub overridden_by: Option<LightOverrideView>,
    /// Number of the version of the year's thresholds that applied.
    pub rules: i32,
}

/// Names shown beside a light.
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
    /// Renders `light` in the caller's language.
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

/// Light of an area, industry, group or unit, and the number of its projects per light.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LightRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Light of its summed progress, by the same thresholds as for projects; blue if all its
    /// projects are finished.
    pub light: Light,
    /// Finding of the rule of progress on its sums.
    pub finding: FindingView,
    /// Inputs of the rule of progress.
    pub progress: ProgressInputs,
    /// Investment needed to return to green; absent if the light is green, grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
    /// Number of its projects per light.
    pub projects: LightCountsView,
}

impl LightRow {
    /// Builds the row of `place`.
    pub fn of(
        place: RowPlace,
        (figures, counts): (&LightFigures, LightCounts),
        judge: &LightJudge,
        language: Language,
    ) -> Self {
        let GroupLight { light, progress, catch_up } = judge.group(figures, counts);
        Self {
            place,
            light,
            finding: FindingView::of(&progress, language),
            progress: ProgressInputs::of(&figures.now, judge.period, judge.mode),
            catch_up: catch_up.map(|c| CatchUpView::of(c, language)),
            projects: counts.into(),
        }
    }
}
