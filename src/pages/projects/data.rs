//! Loads the data of a project's page from the API handlers.

use crate::api::events::history::{EventView, HistoryQuery, list_history};
use crate::api::figures::asked::Asking;
use crate::api::issues::handlers::list_project_issues;
use crate::api::issues::view::IssueView;
use crate::api::lights::handlers::Lights;
use crate::api::lights::overrides::{LightOverrideView, list_light_overrides};
use crate::api::lights::view::ProjectLightView;
use crate::api::plans::year_plans::{YearPlanPath, YearPlanView, get_year_plan};
use crate::api::projects::handlers::ProjectPath;
use crate::api::summaries::project_row::ProjectRow;
use crate::api::summaries::projects::{RowQuery, list};
use crate::api::summaries::trend::{Trend, follow};
use crate::domain::account::access::Action;
use crate::domain::id::ProjectId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Tagged};
use crate::http::sheet::Sheet;
use crate::pages::kit::visit::Visit;
use crate::usecases::milestones::list as milestone_list;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::permission::{Permission, ReadHistory, ReadProjects, ReadSummaries};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::list as project_list;
use crate::usecases::projects::units::{self, ProjectUnitView};
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reference::names::Names;
use crate::usecases::reports::list as report_list;
use crate::usecases::reports::view::ReportView;

/// Number of history events on the page.
const EVENTS: i64 = 20;

/// Data of a project's page.
pub struct ProjectData {
    /// Register facts.
    pub project: ProjectView,
    /// Figures; `None` when the project is not in the register of the year.
    pub row: Option<ProjectRow>,
    /// Light; `None` when the project is not in the register of the year.
    pub light: Option<ProjectLightView>,
    /// Monthly trend of the year.
    pub trend: Trend,
    /// Units with their roles.
    pub units: Vec<ProjectUnitView>,
    /// Year plan, if there is one.
    pub plan: Option<YearPlanView>,
    /// Milestones.
    pub milestones: Vec<MilestoneView>,
    /// Monthly reports.
    pub reports: Vec<ReportView>,
    /// Issues.
    pub issues: Vec<IssueView>,
    /// All overrides of its light, including ended ones.
    pub overrides: Vec<LightOverrideView>,
    /// Latest events; empty if the visitor may not read the history.
    pub history: Vec<EventView>,
    /// Total number of events.
    pub events: i64,
    /// Names of industries and areas.
    pub names: Names,
}

/// Figures of a project from one snapshot.
type YearFigures = (Option<ProjectRow>, Option<ProjectLightView>, Trend, Names);

impl ProjectData {
    /// Loads the data of project `id`.
    ///
    /// # Errors
    /// 404 when it does not exist or is not visible to the visitor.
    pub async fn load<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<Self, Problem> {
        let app = || visit.app.clone();
        let reads = || -> Result<Permit<ReadProjects>, Problem> { visit.permit() };
        let at = || Path(ProjectPath { project_id: id });
        let (project, units, milestones, reports) = reads()?
            .ask(move |ask| {
                let project = project_list::get(ask, id)?;
                let units = units::get(ask, id)?;
                let milestones = milestone_list::of_project(ask, id)?;
                Ok((project, units, milestones, report_list::of_project(ask, id)?))
            })
            .await?;
        let (row, light, trend, names) = figures(visit, id).await?;
        let Sheet(issues) = list_project_issues(app(), reads()?, at()).await?;
        let Sheet(overrides) = list_light_overrides(app(), visit.permit()?, at()).await?;
        let (history, events) = if visit.may(Action::ReadHistory) {
            let page = Query(HistoryQuery { limit: EVENTS, cursor: None });
            let who: Permit<ReadHistory> = visit.permit()?;
            let Sheet(page) = list_history(app(), who, at(), page).await?;
            (page.items, page.total)
        } else {
            (Vec::new(), 0)
        };
        Ok(Self {
            project,
            row,
            light,
            trend,
            units: units.items,
            plan: plan(visit, id).await?,
            milestones,
            reports,
            issues: issues.items,
            overrides: overrides.items,
            history,
            events,
            names,
        })
    }
}

/// The year plan, if there is one.
async fn plan<P: Permission>(
    visit: &Visit<P>,
    id: ProjectId,
) -> Result<Option<YearPlanView>, Problem> {
    let path = Path(YearPlanPath { project_id: id, year: visit.choice.year });
    let who: Permit<ReadProjects> = visit.permit()?;
    match get_year_plan(visit.app.clone(), who, path, Conditional).await {
        Ok(Tagged(plan)) => Ok(Some(plan)),
        // The project is visible, so 404 refers to the plan.
        Err(problem) if problem.status.as_u16() == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn figures<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<YearFigures, Problem> {
    let who: Permit<ReadSummaries> = visit.permit()?;
    let (asked, sight, now, language) =
        (visit.choice.period_query(), who.sees(), visit.now, visit.language);
    visit
        .app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let asking = Asking::open(conn, asked, sight, now)?;
            let mut filter = FilterQuery::default().known(conn, Some(asked.year))?;
            filter.project = Some(id);
            let lights = Lights::find(conn, &asking, &filter)?;
            let rows = list(conn, &asking, &lights, &RowQuery::all(), language)?;
            let light = lights.projects(conn, &asking, |_, _| true, (1, language))?;
            let trend = follow(conn, &asking, &filter)?;
            let first = (rows.items.into_iter().next(), light.into_iter().next());
            Ok((first.0, first.1, trend, Names::load(conn, language)?))
        })
        .await
}
