//! One project among many, with all its figures; and the figures of all of them.

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

/// A project with its figures of the year, or of one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectRow {
    /// The project's id.
    pub project_id: ProjectId,
    /// National project code; null until it has one.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// The code of its industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// The code of its area.
    #[schema(example = "dongying")]
    pub area: String,
    /// Where it stands now.
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// The names of its owning units.
    pub owners: Vec<String>,
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
    /// What its year plan plans.
    pub planned: PlannedPart,
    /// Completed, January to the month asked for, or in the one month, in 万元.
    pub completed_wan: Fen,
    /// Completed ÷ planned for the year, or for the one month.
    pub against_plan: RateView,
    /// Completed ever through the month asked for ÷ total investment.
    pub total_completion: RateView,
    /// Expected progress at the end of the period, in per cent; absent if `month` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent if `month` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
    /// Whether it has started, this year or before.
    pub has_started: bool,
    /// What it counts as in the start rates of the year.
    pub starts: StartsView,
    /// The light that is shown.
    pub light: Light,
    /// What decided it, in words, in the caller's language.
    pub decided_by: String,
    /// Investment needed to return to green; absent if progress is green or grey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
}

/// What a project counts as in the start rates.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Starts)]
pub struct StartsView {
    /// To start this year.
    pub to_start: bool,
    /// Of those, due by now, or started before it was.
    pub due: bool,
    /// Of those, started.
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

/// The figures of every project of a list, whatever page of it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectSum {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// What their year plans plan.
    pub planned: PlannedPart,
    /// Completed, January to the month asked for, or in the one month, in 万元.
    pub completed_wan: Fen,
    /// Completed ÷ planned for the year, or for the one month.
    pub against_plan: RateView,
    /// Completed ever through the month asked for ÷ total investment.
    pub total_completion: RateView,
    /// Expected progress at the end of the period, in per cent; absent if `month` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent if `month` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
    /// Projects started ÷ projects to start this year.
    pub start_rate_of_year: CountRateView,
    /// Projects started ÷ projects due to have started.
    pub start_rate_of_due: CountRateView,
    /// The light of the sums through the month asked for.
    pub light: Light,
    /// Number of projects per light.
    pub projects: LightCountsView,
}

/// A project's part in the sums of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowSums {
    /// Of the months asked for.
    pub figures: Figures,
    /// What lights are judged by.
    pub progress: LightFigures,
    /// Starts and milestones.
    pub starts: MilestoneFigures,
    /// Lights.
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
    /// Of one project: of the months asked for, or of one `month` alone.
    pub fn of(
        project: &ProjectYear,
        (progress, light): (&LightFigures, Light),
        starts: MilestoneFigures,
        (judge, month): (&LightJudge, Option<Month>),
    ) -> Self {
        let now = progress.now;
        let figures = month.map_or(now, |month| Figures {
            // What is no month's stays the project's.
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

/// What a row says beside its figures.
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
    /// A project's row.
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
    /// The sums of all rows.
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
