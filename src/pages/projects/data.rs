//! Loads the data of a project's page from the API handlers.

use crate::api::events::history::{EventView, HistoryQuery, list_history};
use crate::api::lights::handlers::project_lights;
use crate::api::lights::overrides::{LightOverrideView, list_light_overrides};
use crate::api::figures::asked::Asking;
use crate::api::lights::handlers::Lights;
use crate::api::lights::view::ProjectLightView;
use crate::api::milestones::handlers::{MilestoneView, list_milestones};
use crate::api::projects::handlers::{ProjectPath, get_project};
use crate::api::projects::units::{ProjectUnitView, list_project_units};
use crate::api::projects::view::ProjectView;
use crate::domain::account::access::Action;
use crate::domain::id::ProjectId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Tagged};
use crate::http::sheet::Sheet;
use crate::pages::kit::visit::Visit;
use crate::usecases::answer::PageView;
use crate::usecases::figures::lights::LightsOfProjects;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::issues::list as issue_list;
use crate::usecases::issues::view::IssueView;
use crate::usecases::lights::overrides::{self, LightOverrideView};
use crate::usecases::permission::{Permission, ReadHistory, ReadProjects, ReadSummaries};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_view::YearPlanView;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reports::list as report_list;
use crate::usecases::reports::view::ReportView;
use crate::usecases::summaries::project_row::ProjectRow;
use crate::usecases::summaries::projects::{RowQuery, rows_of};
use crate::usecases::summaries::trend::{Trend, trend};

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
        let Tagged(project) = get_project(app(), reads()?, at(), Conditional).await?;
        let (row, light, trend, names) = figures(visit, id).await?;
        let Tagged(units) = list_project_units(app(), reads()?, at(), Conditional).await?;
        let Sheet(milestones) = list_milestones(app(), reads()?, at()).await?;
        let id = at().0.project_id;
        let reports = reads()?.ask(move |ask| report_list::of_project(ask, id)).await?;
        let reports = PageView::whole(reports);
        let issues = reads()?.ask(move |ask| issue_list::of_project(ask, id)).await?;
        let who: Permit<ReadSummaries> = visit.permit()?;
        let overrides = who.ask(move |ask| overrides::list(ask, id)).await?;
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
            milestones: milestones.items,
            reports: reports.items,
            issues,
            overrides,
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
    let key = YearPlanKey { project: id, year: visit.choice.year };
    visit.permit::<ReadProjects>()?.ask(move |ask| year_plan::find(ask, key)).await
}

async fn figures<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<YearFigures, Problem> {
    let who: Permit<ReadSummaries> = visit.permit()?;
    let (asked, sight, now, language) =
        (visit.choice.period_query(), who.sees(), visit.now, visit.language);
    visit
        .app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let request = SummaryRequest::open(conn, asked, sight, now)?;
            let mut filter = FilterQuery::default().known(conn, Some(asked.year))?;
            filter.project = Some(id);
            let lights = LightsOfProjects::compute(conn, &request, &filter)?;
            let rows = rows_of(conn, &request, &lights, &RowQuery::all(), language)?;
            let light = project_lights(conn, &request, &lights, |_, _| true, (1, language))?;
            let trend = trend(conn, &request, &filter)?;
            let first = (rows.items.into_iter().next(), light.into_iter().next());
            Ok((first.0, first.1, trend, Names::load(conn, language)?))
        })
        .await
}
