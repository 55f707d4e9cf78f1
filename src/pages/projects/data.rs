//! Loads the data of a project's page in one snapshot.

use crate::domain::account::access::Action;
use crate::domain::id::ProjectId;
use crate::http::problem::Problem;
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::usecases::ask::Ask;
use crate::usecases::events::history;
use crate::usecases::events::view::EventView;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::issues::list as issue_list;
use crate::usecases::issues::view::IssueView;
use crate::usecases::lights::overrides::{self, LightOverrideView};
use crate::usecases::lights::project::ProjectLightView;
use crate::usecases::milestones::list as milestone_list;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::permission::{Permission, ReadProjects, ReadSummaries};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_view::YearPlanView;
use crate::usecases::projects::external_ids::{self, ExternalIdView};
use crate::usecases::projects::list as project_list;
use crate::usecases::projects::units::{self, ProjectUnitView};
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reference::names::Names;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::list as report_list;
use crate::usecases::reports::view::ReportView;
use crate::usecases::summaries::of_project::{self, ProjectFigures};
use crate::usecases::summaries::project_row::ProjectRow;
use crate::usecases::summaries::trend::Trend;

/// Number of history events on the page.
const EVENTS: i64 = 20;

/// Data of a project's page.
pub(crate) struct ProjectData {
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
    /// Ids in other systems.
    pub external_ids: Vec<ExternalIdView>,
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

impl ProjectData {
    /// Loads the data of project `id`.
    ///
    /// # Errors
    /// 404 when it does not exist or is not visible to the visitor.
    pub(crate) async fn load<P: Permission>(
        visit: &Visit<P>,
        id: ProjectId,
    ) -> Result<Self, Problem> {
        visit.permit::<ReadProjects>()?;
        let request = DataRequest {
            project: id,
            period: visit.choice.period_query(),
            history: visit.may(Action::ReadHistory),
        };
        let who = visit.permit::<ReadSummaries>()?;
        who.ask(move |ask| request.load(ask)).await
    }
}

/// Which project the page shows, and what of it.
#[derive(Clone, Copy)]
struct DataRequest {
    project: ProjectId,
    period: PeriodQuery,
    /// True if the visitor may read the history.
    history: bool,
}

impl DataRequest {
    fn load(self, ask: &mut Ask<'_>) -> Result<ProjectData, Refusal> {
        let id = self.project;
        let project = project_list::get(ask, id)?;
        let figures: ProjectFigures = of_project::figures(ask, id, self.period)?;
        let history = if self.history {
            Some(history::of_project(ask, id, &PageRequest::new(EVENTS, None))?)
        } else {
            None
        };
        Ok(ProjectData {
            project,
            row: figures.row,
            light: figures.light,
            trend: figures.trend,
            names: Names::read(ask)?,
            units: units::get(ask, id)?.items,
            external_ids: external_ids::get(ask, id)?.items,
            plan: year_plan::find(ask, YearPlanKey { project: id, year: self.period.year })?,
            milestones: milestone_list::of_project(ask, id)?,
            reports: report_list::of_project(ask, id)?,
            issues: issue_list::of_project(ask, id)?,
            overrides: overrides::list(ask, id)?,
            events: history.as_ref().map_or(0, |page| page.total),
            history: history.map(|page| page.items).unwrap_or_default(),
        })
    }
}
