//! Loads the data of a project's page in one snapshot.

use crate::api::events::history::EventView;
use crate::api::figures::asked::{Asking, PeriodQuery};
use crate::api::issues::view::IssueView;
use crate::api::lights::handlers::Lights;
use crate::api::lights::overrides::LightOverrideView;
use crate::api::lights::view::ProjectLightView;
use crate::api::plans::year_plans::YearPlanView;
use crate::api::summaries::project_row::ProjectRow;
use crate::api::summaries::projects::{RowQuery, list};
use crate::api::summaries::trend::{Trend, follow};
use crate::domain::account::access::{Action, Sight};
use crate::domain::id::ProjectId;
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::pages::kit::visit::Visit;
use crate::store::{Conn, PageRequest};
use crate::usecases::ask::{Ask, Now};
use crate::usecases::milestones::list as milestone_list;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::permission::{Permission, ReadProjects, ReadSummaries};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::list as project_list;
use crate::usecases::projects::records;
use crate::usecases::projects::units::{self, ProjectUnitView};
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reference::names::Names;
use crate::usecases::refusal::Refusal;
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

impl ProjectData {
    /// Loads the data of project `id`.
    ///
    /// # Errors
    /// 404 when it does not exist or is not visible to the visitor.
    pub async fn load<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<Self, Problem> {
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
        let figures = self.figures(ask)?;
        let history = if self.history {
            Some(records::history(ask, id, &PageRequest::new(EVENTS, None))?)
        } else {
            None
        };
        let today = ask.now.today;
        let issues = records::issues(ask, id)?;
        let overrides = records::light_overrides(ask, id)?;
        Ok(ProjectData {
            project,
            row: figures.row,
            light: figures.light,
            trend: figures.trend,
            names: figures.names,
            units: units::get(ask, id)?.items,
            plan: records::year_plan(ask, id, self.period.year)?.map(YearPlanView::from),
            milestones: milestone_list::of_project(ask, id)?,
            reports: report_list::of_project(ask, id)?,
            issues: issues.iter().map(|found| IssueView::of(found, today)).collect(),
            overrides: overrides.into_iter().map(LightOverrideView::from).collect(),
            events: history.as_ref().map_or(0, |page| page.total),
            history: history
                .map(|page| page.items.into_iter().map(EventView::from).collect())
                .unwrap_or_default(),
        })
    }

    fn figures(self, ask: &mut Ask<'_>) -> Result<YearFigures, Refusal> {
        let of = FiguresOf { sight: ask.sight(), now: ask.now, language: ask.language };
        ask.save(|conn| Ok::<_, Refusal>(YearFigures::load(conn, self, of)?))
    }
}

/// Who asks for figures, and when.
struct FiguresOf {
    sight: Sight,
    now: Now,
    language: Language,
}

/// Figures of a project in the year, and the names they are shown with.
struct YearFigures {
    row: Option<ProjectRow>,
    light: Option<ProjectLightView>,
    trend: Trend,
    names: Names,
}

impl YearFigures {
    fn load(conn: &mut Conn, request: DataRequest, of: FiguresOf) -> Result<Self, Problem> {
        let FiguresOf { sight, now, language } = of;
        let asking = Asking::open(conn, request.period, sight, now)?;
        let mut filter = FilterQuery::default().known(conn, Some(request.period.year))?;
        filter.project = Some(request.project);
        let lights = Lights::find(conn, &asking, &filter)?;
        let rows = list(conn, &asking, &lights, &RowQuery::all(), language)?;
        let light = lights.projects(conn, &asking, |_, _| true, (1, language))?;
        Ok(Self {
            row: rows.items.into_iter().next(),
            light: light.into_iter().next(),
            trend: follow(conn, &asking, &filter)?,
            names: Names::load(conn, language)?,
        })
    }
}
