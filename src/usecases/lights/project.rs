//! Lights of single projects, with the findings behind them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::light::judgement::ProjectLight;
use crate::domain::light::{Light, LightRule};
use crate::domain::month::Year;
use crate::domain::words::Language;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::view::ProgressInputs;
use crate::usecases::lights::overrides::LightOverrideView;
use crate::usecases::lights::view::{CatchUpView, FindingView};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// A project's light, with the findings behind it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectLight)]
pub(crate) struct ProjectLightView {
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

/// What is shown beside a light, and what it was judged by.
struct Beside {
    project: String,
    industry: String,
    area: String,
    owners: Vec<String>,
    progress: ProgressInputs,
    /// Number of the version of the thresholds.
    rules: i32,
}

impl ProjectLightView {
    fn of(id: ProjectId, light: ProjectLight, beside: Beside, language: Language) -> Self {
        let Beside { project, industry, area, owners, progress, rules } = beside;
        Self {
            project_id: id,
            project,
            industry,
            area,
            owners,
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

/// The light of one project.
///
/// # Errors
/// Not found unless the caller sees the project; 400 for a month of another year, or one that was
/// not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    project: ProjectId,
    period: PeriodQuery,
) -> Result<ProjectLightView, Refusal> {
    let request = SummaryRequest::of(ask, period)?;
    let filter = ProjectFilter { project: Some(project), ..Default::default() };
    let lights = LightsOfProjects::compute(ask.conn, &request, &filter)?;
    let all: Vec<&LitProject> = lights.projects.iter().collect();
    let found = views(ask.conn, &request, &lights, &all, ask.language)?;
    found.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Projects that match `filter` and show one of `wanted` lights (an empty list means any), by id,
/// with their lights.
///
/// # Errors
/// 400 for an unknown code, a cursor of another list, a month of another year, or one that was not
/// published.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    wanted: &[Light],
    page: &PageRequest,
) -> Result<PageView<ProjectLightView>, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    let lights = LightsOfProjects::compute(ask.conn, &request, &filter)?;
    let after = page.after_id()?.unwrap_or(0);
    let is_wanted = |p: &&LitProject| wanted.is_empty() || wanted.contains(&p.light.light);
    let total = lights.projects.iter().filter(is_wanted).count();
    let most = usize::try_from(page.rows_to_fetch()).unwrap_or(usize::MAX);
    let of_page: Vec<&LitProject> = lights
        .projects
        .iter()
        .filter(is_wanted)
        .filter(|p| p.year.id.0 > after)
        .take(most)
        .collect();
    let rows = views(ask.conn, &request, &lights, &of_page, ask.language)?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    Ok(PageView::of(page.by_id(rows, total, |light| light.project_id.0, Ok)?, |light| light))
}

/// The projects that show one of `wanted` lights now, in the figures of `year`, else of this year.
///
/// # Errors
/// 400 for an unknown code.
pub(crate) fn showing(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    year: Option<Year>,
    wanted: &[Light],
) -> Result<Vec<ProjectId>, Refusal> {
    let year = year.unwrap_or(Year::of(ask.now.today));
    let filter = filter.known(ask.conn, Some(year))?;
    let request = SummaryRequest::of(ask, PeriodQuery::usual(year))?;
    let lights = LightsOfProjects::compute(ask.conn, &request, &filter)?;
    let shown = lights.projects.iter().filter(|p| wanted.contains(&p.light.light));
    Ok(shown.map(|p| p.year.id).collect())
}

/// The lights of `projects`, which are some of `lights`.
///
/// # Errors
/// The database's.
pub(crate) fn views(
    conn: &mut Conn,
    request: &SummaryRequest,
    lights: &LightsOfProjects,
    projects: &[&LitProject],
    language: Language,
) -> Result<Vec<ProjectLightView>, Refusal> {
    let names = request.source.names(conn, projects.iter().map(|p| p.year.id))?;
    let keys = &lights.names;
    let judge = &lights.judge;
    let view = |project: &&LitProject| {
        let LitProject { year, figures, light, .. } = project;
        let beside = Beside {
            project: names.get(&year.id).cloned().unwrap_or_default().0,
            industry: keys.industry(year.industry).unwrap_or_default(),
            area: keys.area(year.area).unwrap_or_default(),
            owners: keys.units_of(year.id),
            progress: ProgressInputs::of(&figures.now, judge.period, judge.mode),
            rules: lights.rules.number,
        };
        ProjectLightView::of(year.id, light.clone(), beside, language)
    };
    Ok(projects.iter().map(view).collect())
}
