//! One project: all its data, and forms for the actions of the visitor.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::lights::overrides::LightOverrideView;
use crate::api::projects::handlers::ProjectPath;
use crate::domain::account::access::Action;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::issue::{IssueCategory, IssueLevel};
use crate::domain::light::Light;
use crate::domain::project::Stage;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::events::told;
use crate::pages::events::told::{Told, tell};
use crate::pages::kit::again::Again;
use crate::pages::kit::chart::{MonthChart, Timeline, TimelineRow};
use crate::pages::kit::number;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{Place, Shell};
use crate::pages::kit::visit::Visit;
use crate::pages::projects::data::Known;
use crate::pages::projects::facts::{Fact, further_facts};
use crate::pages::summaries::trend_chart::month_chart;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::permission::{Permission, ReadSummaries};

/// Mounts the page of one project.
pub fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/projects/{project_id}").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/project.html")]
struct ProjectPage {
    shell: Shell,
    known: Known,
    chart: MonthChart,
    timeline: Timeline,
    history: Vec<Told>,
    /// Register facts without a place of their own in the template.
    further: Vec<Fact>,
    /// The milestone whose form is open.
    milestone: Option<MilestoneView>,
    again: Again,
}

/// Query parameters of the page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ProjectQuery {
    /// Milestone to edit.
    #[param(nullable = false)]
    milestone: Option<MilestoneId>,
}

async fn show(
    request: HttpRequest,
    visit: Visit<ReadSummaries>,
    Path(at): Path<ProjectPath>,
) -> Result<HttpResponse, Problem> {
    let ProjectQuery { milestone } = visit.asked()?;
    let project = at.project_id;
    page(&request, &visit, Shown { project, milestone }, Again::default()).await
}

/// Which project is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The project.
    pub project: ProjectId,
    /// The milestone whose form is open.
    pub milestone: Option<MilestoneId>,
}

/// Renders the page of a project, with the rejected form if there is one.
///
/// # Errors
/// 404 when the project does not exist or is not visible to the visitor.
pub async fn page<P: Permission>(
    request: &HttpRequest,
    visit: &Visit<P>,
    shown: Shown,
    again: Again,
) -> Result<HttpResponse, Problem> {
    let mut known = Known::load(visit, shown.project).await?;
    let shell = Shell::around(visit, Place::PROJECTS).await?;
    let history = std::mem::take(&mut known.history);
    let complaints = again.complaints().clone();
    let view = ProjectPage {
        chart: month_chart(&known.trend, &shell, &|_| "#plan-table".to_owned()),
        timeline: timeline(&known.milestones, &shell),
        further: further_facts(&known.project, &known.names),
        history: history.into_iter().map(|event| tell(event, &known.names)).collect(),
        milestone: shown
            .milestone
            .and_then(|id| known.milestones.iter().find(|m| m.id == id).cloned()),
        shell,
        known,
        again,
    };
    Ok(Page::with_form(view, &complaints).respond_to(request).map_into_boxed_body())
}

/// GET of a form's address: redirects to the project's page.
pub async fn back(request: HttpRequest, Path(at): Path<ProjectPath>) -> HttpResponse {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    see_other(&format!("/projects/{}{mark}{query}", at.project_id))
}

fn timeline(milestones: &[MilestoneView], shell: &Shell) -> Timeline {
    let row = |m: &MilestoneView| TimelineRow {
        label: m.name.clone(),
        baseline: m.baseline_date,
        forecast: m.forecast_date,
        actual: m.actual_date,
        slippage: m.slippage_days,
        href: format!("#milestone-{}", m.id),
    };
    let rows: Vec<_> = milestones.iter().map(row).collect();
    let title = shell.t("节点：计划、预计与实际", "Milestones: baseline, forecast, actual");
    Timeline::new(title.to_owned(), &rows, shell.today, shell.language)
}

impl ProjectPage {
    fn id(&self) -> ProjectId {
        self.known.project.id
    }

    /// Address of this page with `below` appended.
    fn here(&self, below: &str) -> String {
        self.shell.to(&format!("/projects/{}{below}", self.id()))
    }

    /// Address of a milestone's forms.
    fn milestone_path(&self, milestone: &MilestoneView) -> String {
        self.here(&format!("/milestones/{}", milestone.id))
    }

    /// Address of an override's withdrawal form.
    fn withdrawal(&self, word: &LightOverrideView) -> String {
        self.here(&format!("/light-overrides/{}/withdrawal", word.id))
    }

    fn next_stages(&self) -> &'static [Stage] {
        self.known.project.stage.next()
    }

    fn may_edit_milestones(&self) -> bool {
        self.shell.may(Action::EditMilestones)
    }

    fn may_move(&self) -> bool {
        self.shell.may(Action::MoveStages)
    }

    fn may_override(&self) -> bool {
        self.shell.may(Action::OverrideLights)
    }

    fn may_raise(&self) -> bool {
        self.shell.may(Action::HandleIssues)
    }

    fn may_read_history(&self) -> bool {
        self.shell.may(Action::ReadHistory)
    }

    /// Overrides in force.
    fn standing(&self) -> Vec<&LightOverrideView> {
        let today = self.shell.today;
        let stands = |o: &&LightOverrideView| o.withdrawn_at.is_none() && o.expires_on >= today;
        self.known.overrides.iter().filter(stands).collect()
    }
}
