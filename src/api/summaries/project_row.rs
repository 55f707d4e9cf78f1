//! Row of the list of projects with figures, and the sums of the list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::view::{CoverageView, Judged, RateView};
use crate::api::lights::view::{CatchUpView, LightCountsView};
use crate::api::summaries::investment::PlannedPart;
use crate::api::summaries::milestones::CountRateView;
use crate::domain::figures::Figures;
use crate::domain::figures::milestones::MilestoneFigures;
use crate::domain::figures::progress;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::light::judgement::{LightJudge, ProjectLight};
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::project::{Nature, Stage};
use crate::domain::rate::Hundredths;
use crate::domain::words::Language;

/// A project with its figures of the period, or of one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectRow {
    /// The project's id.
    pub project_id: ProjectId,
    /// National project code; null if it has none.
    pub code: Option<String>,
    /// Name of the project.
    pub name: String,
    /// The code of its industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// The code of its area.
    #[schema(example = "dongying")]
    pub area: String,
    /// Current stage.
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// The names of its owning units.
    pub owners: Vec<String>,
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Investment planned in its year plan.
    pub planned: PlannedPart,
    /// Investment completed from January to the month `through`, or in `month`, in 万元.
    pub completed_wan: Fen,
    /// Completed investment ÷ planned investment of the year, or of `month`.
    pub against_plan: RateView,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
    /// Expected progress at the end of the period, in per cent; absent if `month` is given, or if
    /// nothing is planned and the method needs plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent if `month` is given,
    /// or if nothing is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
    /// True if construction has started, in this year or before.
    pub has_started: bool,
    /// How the project counts in the start rates of the year.
    pub starts: StartsView,
    /// The light shown.
    pub light: Light,
    /// The finding that decided the light, as a sentence in the caller's language.
    pub decided_by: String,
    /// Investment needed to return to green; absent if progress is green or grey, or the computed
    /// light is grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
}

/// How a project counts in the start rates.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Starts)]
pub struct StartsView {
    /// True if it is to start this year.
    pub to_start: bool,
    /// True if it is to start this year and is due, or has started early.
    pub due: bool,
    /// True if it is to start this year and has started.
    pub started: bool,
}

impl From<MilestoneFigures> for StartsView {
    fn from(figures: MilestoneFigures) -> Self {
        Self {
            to_start: figures.to_start > 0,
            due: figures.start_due > 0,
            started: figures.started > 0,
        }
    }
}

/// Sums over all projects of the list, on every page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectSum {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Investment planned in their year plans.
    pub planned: PlannedPart,
    /// Investment completed from January to the month `through`, or in `month`, in 万元.
    pub completed_wan: Fen,
    /// Completed investment ÷ planned investment of the year, or of `month`.
    pub against_plan: RateView,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
    /// Expected progress at the end of the period, in per cent; absent if `month` is given, or if
    /// nothing is planned and the method needs plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent if `month` is given,
    /// or if nothing is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
    /// Projects started ÷ projects to start this year.
    pub start_rate_of_year: CountRateView,
    /// Projects started ÷ projects due to have started.
    pub start_rate_of_due: CountRateView,
    /// Light of the summed progress at the end of the period.
    pub light: Light,
    /// Number of projects per light.
    pub projects: LightCountsView,
}

/// A project's contribution to the sums of the list.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowSums {
    /// Figures of the period, or of one month.
    pub figures: Figures,
    /// Inputs of the light.
    pub progress: LightFigures,
    /// Starts and milestones.
    pub starts: MilestoneFigures,
    /// Number of projects per light.
    pub lights: LightCounts,
}

impl std::ops::Add for RowSums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            figures: self.figures + other.figures,
            progress: self.progress + other.progress,
            starts: self.starts + other.starts,
            lights: self.lights + other.lights,
        }
    }
}

impl RowSums {
    /// Computes them for one project: for the period, or for `month` only.
    pub fn of(
        project: &ProjectYear,
        (progress, light): (&LightFigures, Light),
        starts: MilestoneFigures,
        (judge, month): (&LightJudge, Option<Month>),
    ) -> Self {
        let now = progress.now;
        let figures = month.map_or(now, |month| Figures {
            // These do not belong to a month, so the project's own values stay.
            project_count: now.project_count,
            total: now.total,
            completed_ever: now.completed_ever,
            ..project.month_figures(month, judge.period)
        });
        Self { figures, progress: *progress, starts, lights: LightCounts::one(light) }
    }

    fn planned(&self, of_month: bool) -> PlannedPart {
        PlannedPart {
            annual_investment_wan: (!of_month).then_some(self.figures.planned),
            through_wan: self.figures.planned_through,
        }
    }
}

/// Names shown in a row.
#[derive(Clone, Debug, Default)]
pub struct RowNames {
    /// The project's name and national code.
    pub project: (String, Option<String>),
    /// Its industry's code.
    pub industry: String,
    /// Its area's code.
    pub area: String,
    /// The names of its owning units.
    pub owners: Vec<String>,
}

impl ProjectRow {
    /// Builds the row of a project.
    pub fn of(
        project: &ProjectYear,
        sums: &RowSums,
        light: &ProjectLight,
        names: RowNames,
        (judge, month, language): (&LightJudge, Option<Month>, Language),
    ) -> Self {
        let (figures, of_month) = (&sums.figures, month.is_some());
        let judged = Judged::of(figures, judge.period, judge.mode);
        let (name, code) = names.project;
        Self {
            project_id: project.id,
            code,
            name,
            industry: names.industry,
            area: names.area,
            stage: project.stage,
            nature: project.nature,
            owners: names.owners,
            total_investment_wan: project.total,
            planned: sums.planned(of_month),
            completed_wan: figures.completed,
            against_plan: progress::against_plan(figures).into(),
            total_completion: progress::total_completion(figures).into(),
            expected_percent: judged.expected.filter(|_| !of_month),
            deviation_points: judged.deviation.filter(|_| !of_month),
            coverage: figures.coverage.into(),
            has_started: project.starts.0.is_some_and(|day| day <= judge.period.evaluation_day),
            starts: sums.starts.into(),
            light: light.light,
            decided_by: light.words().say(language),
            catch_up: light.catch_up.map(|c| CatchUpView::of(c, language)),
        }
    }
}

impl ProjectSum {
    /// Builds the view of the sums.
    pub fn of(sums: &RowSums, judge: &LightJudge, of_month: bool) -> Self {
        let figures = &sums.figures;
        let judged = Judged::of(figures, judge.period, judge.mode);
        Self {
            project_count: figures.project_count,
            total_investment_wan: figures.total,
            planned: sums.planned(of_month),
            completed_wan: figures.completed,
            against_plan: progress::against_plan(figures).into(),
            total_completion: progress::total_completion(figures).into(),
            expected_percent: judged.expected.filter(|_| !of_month),
            deviation_points: judged.deviation.filter(|_| !of_month),
            coverage: figures.coverage.into(),
            start_rate_of_year: sums.starts.of_the_year().into(),
            start_rate_of_due: sums.starts.of_those_due().into(),
            light: judge.group(&sums.progress, sums.lights).light,
            projects: sums.lights.into(),
        }
    }
}
