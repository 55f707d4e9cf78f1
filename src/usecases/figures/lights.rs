//! The lights of all projects of a request, with what they are computed from.

use std::collections::BTreeMap;

use crate::domain::figures::milestones::{MilestoneFigures, StartFacts};
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::ProjectId;
use crate::domain::light::judgement::{LightJudge, ProjectLight};
use crate::domain::light::rules::LightRules;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::milestone::Milestone;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::refusal::Refusal;

/// Projects of a request with their lights.
pub(crate) struct LightsOfProjects {
    /// Thresholds and period of the lights.
    pub judge: LightJudge,
    /// The thresholds in force in the month.
    pub rules: LightRules,
    /// Names and positions of what rows are of.
    pub names: KeyNames,
    /// The projects, by id.
    pub projects: Vec<LitProject>,
}

/// A project with its light.
pub(crate) struct LitProject {
    /// Data of the year.
    pub year: ProjectYear,
    /// Contribution to the light of a set of projects.
    pub figures: LightFigures,
    /// The light with its findings.
    pub light: ProjectLight,
    /// Starts and milestones on the evaluation day.
    pub starts: MilestoneFigures,
    /// True if construction had started by the evaluation day, by the project's own date or its 开工
    /// milestone.
    pub has_started: bool,
}

impl LitProject {
    /// One project in the counts by light.
    pub(crate) fn counts(&self) -> LightCounts {
        LightCounts::one(self.light.light)
    }
}

impl LightsOfProjects {
    /// Computes the lights of the projects that match `filter`.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn compute(
        conn: &mut Conn,
        request: &SummaryRequest,
        filter: &ProjectFilter,
    ) -> Result<Self, Refusal> {
        let source = &request.source;
        let period = request.period;
        let rules = source.rules(conn, period.through)?;
        let judge = LightJudge {
            period,
            mode: request.query.expected,
            thresholds: rules.thresholds,
            today: request.today,
            due_on: source.due_dates(conn, period.year())?,
        };
        let years = request.years(conn, filter)?;
        let names = KeyNames::load(conn, source, &years, filter)?;
        let milestones: BTreeMap<ProjectId, Vec<Milestone>> = source.milestones(conn)?;
        let overrides = source.overrides(conn, period.through)?;
        let lit = |year: ProjectYear| {
            let own = milestones.get(&year.id).map_or(&[][..], Vec::as_slice);
            let overrides = overrides.get(&year.id).map_or(&[][..], Vec::as_slice);
            let start = StartFacts::of(year.starts, year.stage, own);
            LitProject {
                figures: judge.figures(&year),
                light: judge.project(&year, own, overrides),
                starts: MilestoneFigures::of(start, own, period),
                has_started: start.has_started(period),
                year,
            }
        };
        let projects = years.into_iter().map(lit).collect();
        Ok(Self { judge, rules, names, projects })
    }

    /// Data of the year of every project.
    pub(crate) fn years(&self) -> impl Iterator<Item = &ProjectYear> {
        self.projects.iter().map(|p| &p.year)
    }
}
