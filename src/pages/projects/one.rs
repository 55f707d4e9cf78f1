//! One project: all its data, and forms for the actions of the visitor.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::account::access::Action;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::issue::{IssueCategory, IssueLevel};
use crate::domain::light::Light;
use crate::domain::project::Stage;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::events::event_text;
use crate::pages::events::event_text::{EventText, describe};
use crate::pages::kit::chart::{MonthChart, Timeline, TimelineRow};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::pages::projects::data::ProjectData;
use crate::pages::projects::facts::{Fact, further_facts};
use crate::pages::summaries::trend_chart::{MonthLinks, month_chart};
use crate::usecases::lights::overrides::LightOverrideView;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::permission::{Permission, ReadSummaries};

/// Mounts the page of one project.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/projects/{project_id}").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/project.html")]
struct ProjectPage {
    shell: Shell,
    data: ProjectData,
    chart: MonthChart,
    timeline: Timeline,
    history: Vec<EventText>,
    /// Register facts without a place of their own in the template.
    further: Vec<Fact>,
    /// Address of the projects of its package.
    package: String,
    /// The milestone whose form is open.
    milestone: Option<MilestoneView>,
    rejected: RejectedForm,
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
    let ProjectQuery { milestone } = visit.query_params()?;
    let project = at.project_id;
    page(&request, &visit, Shown { project, milestone }, RejectedForm::default()).await
}

/// Which project is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// The project.
    pub project: ProjectId,
    /// The milestone whose form is open.
    pub milestone: Option<MilestoneId>,
}

/// Renders the page of a project, with the rejected form if there is one.
///
/// # Errors
/// 404 when the project does not exist or is not visible to the visitor.
pub(crate) async fn page<P: Permission>(
    request: &HttpRequest,
    visit: &Visit<P>,
    shown: Shown,
    rejected: RejectedForm,
) -> Result<HttpResponse, Problem> {
    let mut data = ProjectData::load(visit, shown.project).await?;
    let shell = Shell::for_visit(visit, NavItem::PROJECTS)?;
    let history = std::mem::take(&mut data.history);
    let errors = rejected.errors().clone();
    let view = ProjectPage {
        chart: month_chart(&data.trend, &shell, &|_| MonthLinks::same("#plan-table")),
        timeline: timeline(&data.milestones, &shell),
        further: further_facts(&data.project, &data.names),
        package: package_address(&shell, &data.project.package),
        history: history.into_iter().map(|event| describe(event, &data.names)).collect(),
        milestone: shown
            .milestone
            .and_then(|id| data.milestones.iter().find(|m| m.id == id).cloned()),
        shell,
        data,
        rejected,
    };
    Ok(Page::with_form(view, &errors).respond_to(request).map_into_boxed_body())
}

/// GET of a form's address: redirects to the project's page.
pub(crate) async fn redirect_to_project(
    request: HttpRequest,
    Path(at): Path<ProjectPath>,
) -> HttpResponse {
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
        self.data.project.id
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
        self.data.project.stage.next()
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
        self.data.overrides.iter().filter(stands).collect()
    }
}

/// Longest search text that the list of projects takes, in characters.
const LONGEST_SEARCH: usize = 100;

/// Address of the projects of a package.
fn package_address(shell: &Shell, package: &str) -> String {
    let text: String = package.chars().take(LONGEST_SEARCH).collect();
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("{}&q={text}", shell.to("/projects"))
}
