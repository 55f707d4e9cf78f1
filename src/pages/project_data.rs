//! Everything a project's page shows, asked of the API one by one.

use super::visit::Visit;
use crate::api::asked::Asking;
use crate::api::caller::{Permission, Permit, ReadHistory, ReadProjects, ReadSummaries};
use crate::api::history::{EventView, HistoryQuery, list_history};
use crate::api::issue_view::IssueView;
use crate::api::issues::list_project_issues;
use crate::api::light_overrides::{LightOverrideView, list_light_overrides};
use crate::api::light_view::ProjectLightView;
use crate::api::lights::Lights;
use crate::api::milestones::{MilestoneView, list_milestones};
use crate::api::names::Names;
use crate::api::problem::Problem;
use crate::api::project_figures::{RowQuery, list};
use crate::api::project_filter::FilterQuery;
use crate::api::project_row::ProjectRow;
use crate::api::project_units::{ProjectUnitView, list_project_units};
use crate::api::project_view::ProjectView;
use crate::api::projects::{ProjectPath, get_project};
use crate::api::query::{Path, Query};
use crate::api::reply::{Conditional, Tagged};
use crate::api::report_view::ReportView;
use crate::api::reports::list_reports;
use crate::api::sheet::Sheet;
use crate::api::trend::{Trend, follow};
use crate::api::year_plans::{YearPlanPath, YearPlanView, get_year_plan};
use crate::domain::access::Action;
use crate::domain::id::ProjectId;

/// How many events of its history the page shows.
const EVENTS: i64 = 20;

/// Everything the page shows.
pub struct Known {
    /// Its facts.
    pub project: ProjectView,
    /// Its figures; none when it is not in the register of the year.
    pub row: Option<ProjectRow>,
    /// Its light; none when it is not in the register of the year.
    pub light: Option<ProjectLightView>,
    /// Its year by month.
    pub trend: Trend,
    /// Its units.
    pub units: Vec<ProjectUnitView>,
    /// Its plan of the year, if it has one.
    pub plan: Option<YearPlanView>,
    /// Its milestones.
    pub milestones: Vec<MilestoneView>,
    /// Its reports.
    pub reports: Vec<ReportView>,
    /// Its issues.
    pub issues: Vec<IssueView>,
    /// Every word that ever stood instead of its light.
    pub overrides: Vec<LightOverrideView>,
    /// What was done to it lately, for those who may read that.
    pub history: Vec<EventView>,
    /// How many events there are in all.
    pub events: i64,
    /// What codes are called.
    pub names: Names,
}

/// A project's figures in one snapshot.
type YearFigures = (Option<ProjectRow>, Option<ProjectLightView>, Trend, Names);

impl Known {
    /// Everything about project `id`.
    ///
    /// # Errors
    /// 404 when it is not there or not in sight.
    pub async fn load<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<Self, Problem> {
        let app = || visit.app.clone();
        let reads = || -> Result<Permit<ReadProjects>, Problem> { visit.permit() };
        let at = || Path(ProjectPath { project_id: id });
        let Tagged(project) = get_project(app(), reads()?, at(), Conditional).await?;
        let (row, light, trend, names) = figures(visit, id).await?;
        let Tagged(units) = list_project_units(app(), reads()?, at(), Conditional).await?;
        let Sheet(milestones) = list_milestones(app(), reads()?, at()).await?;
        let Sheet(reports) = list_reports(app(), reads()?, visit.language, at()).await?;
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
            milestones: milestones.items,
            reports: reports.items,
            issues: issues.items,
            overrides: overrides.items,
            history,
            events,
            names,
        })
    }
}

/// The plan of the year, if there is one.
async fn plan<P: Permission>(
    visit: &Visit<P>,
    id: ProjectId,
) -> Result<Option<YearPlanView>, Problem> {
    let path = Path(YearPlanPath { project_id: id, year: visit.choice.year });
    let who: Permit<ReadProjects> = visit.permit()?;
    match get_year_plan(visit.app.clone(), who, path, Conditional).await {
        Ok(Tagged(plan)) => Ok(Some(plan)),
        // The project is in sight, so it is the plan that is not there.
        Err(problem) if problem.status.as_u16() == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn figures<P: Permission>(visit: &Visit<P>, id: ProjectId) -> Result<YearFigures, Problem> {
    let who: Permit<ReadSummaries> = visit.permit()?;
    let (asked, sight, now, language) =
        (visit.choice.asked(), who.sees(), visit.now, visit.language);
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
