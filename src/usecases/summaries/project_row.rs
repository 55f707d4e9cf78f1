//! Row of the list of projects with figures, and the sums of the list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::Figures;
use crate::domain::figures::milestones::MilestoneFigures;
use crate::domain::figures::progress;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::light::judgement::LightJudge;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::project::{Nature, Stage};
use crate::domain::words::Language;
use crate::usecases::figures::lights::LitProject;
use crate::usecases::figures::view::{CountRateView, Progress, RateView};
use crate::usecases::lights::view::{CatchUpView, LightCountsView};

/// A project with its figures of the period, or of one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProjectRow {
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
    /// Total investment, in 万元; `0.00` if it is unknown (`total_known` is false).
    pub total_investment_wan: Fen,
    /// True if the total investment is known; it may be unknown until construction.
    pub total_known: bool,
    /// Planned and completed investment, of the period or of `month`.
    #[serde(flatten)]
    #[schema(inline)]
    pub progress: Progress,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
    /// True if construction has started, in this year or before, by `actual_start` or by the
    /// milestone `start`.
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
pub(crate) struct StartsView {
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
pub(crate) struct ProjectSum {
    /// Number of projects.
    pub project_count: i64,
    /// Total investment of those whose total is known, in 万元.
    pub total_investment_wan: Fen,
    /// Number of projects whose total is unknown; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total_unknown_count: Option<i64>,
    /// Planned and completed investment, of the period or of `month`.
    #[serde(flatten)]
    #[schema(inline)]
    pub progress: Progress,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
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
pub(crate) struct RowSums {
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
    pub(crate) fn of(project: &LitProject, judge: &LightJudge, month: Option<Month>) -> Self {
        let now = project.figures.now;
        let figures = month.map_or(now, |month| Figures {
            // These do not belong to a month, so the project's own values stay.
            project_count: now.project_count,
            total: now.total,
            total_unknown: now.total_unknown,
            completed_ever: now.completed_ever,
            ..project.year.month_figures(month, judge.period)
        });
        Self {
            figures,
            progress: project.figures,
            starts: project.starts,
            lights: project.counts(),
        }
    }

    fn progress(&self, shown: &Shown<'_>) -> Progress {
        match shown.month {
            Some(_) => Progress::of_month(&self.figures),
            None => Progress::of_period(&self.figures, shown.judge.period, shown.judge.mode),
        }
    }
}

/// What the rows of a list are shown by.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// Thresholds and period of the lights.
    pub judge: &'a LightJudge,
    /// The single month of planned and completed investment.
    pub month: Option<Month>,
    /// The caller's language.
    pub language: Language,
}

/// Names shown in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowNames {
    /// The project's name.
    pub project: String,
    /// Its national code.
    pub code: Option<String>,
    /// Its industry's code.
    pub industry: String,
    /// Its area's code.
    pub area: String,
    /// The names of its owning units.
    pub owners: Vec<String>,
}

impl ProjectRow {
    /// Builds the row of a project.
    pub(crate) fn of(
        project: &LitProject,
        sums: &RowSums,
        names: RowNames,
        shown: &Shown<'_>,
    ) -> Self {
        let LitProject { year, light, .. } = project;
        Self {
            project_id: year.id,
            code: names.code,
            name: names.project,
            industry: names.industry,
            area: names.area,
            stage: year.stage,
            nature: year.nature,
            owners: names.owners,
            total_investment_wan: year.total,
            total_known: !year.total.is_zero(),
            progress: sums.progress(shown),
            total_completion: progress::total_completion(&sums.figures).into(),
            has_started: project.has_started,
            starts: sums.starts.into(),
            light: light.light,
            decided_by: light.words().say(shown.language),
            catch_up: light.catch_up.map(|c| CatchUpView::of(c, shown.language)),
        }
    }
}

impl ProjectSum {
    /// Builds the view of the sums.
    pub(crate) fn of(sums: &RowSums, shown: &Shown<'_>) -> Self {
        let figures = &sums.figures;
        Self {
            project_count: figures.project_count,
            total_investment_wan: figures.total,
            total_unknown_count: figures.unknown_totals(),
            progress: sums.progress(shown),
            total_completion: progress::total_completion(figures).into(),
            start_rate_of_year: sums.starts.of_the_year().into(),
            start_rate_of_due: sums.starts.of_those_due().into(),
            light: shown.judge.group(&sums.progress, sums.lights).light,
            projects: sums.lights.into(),
        }
    }
}
