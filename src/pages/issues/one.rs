//! One issue: its history and the steps the visitor can take now.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::api::issues::handlers::{
    IssueInput, IssuePath, get_issue, list_issue_steps, update_issue,
};
use crate::api::issues::steps::{
    AssignmentInput, OpenSteps, StepInput, assign_issue, clear_issue, escalate_issue, open_steps,
    propose_clearance, raise_issue, return_issue, work_on_issue,
};
use crate::api::issues::view::{IssueStepView, IssueView};
use crate::domain::account::access::Action;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueStep};
use crate::domain::words::Language;
use crate::http::body::{Body, judge};
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::http::sheet::Sheet;
use crate::pages::events::event_text;
use crate::pages::events::event_words;
use crate::pages::issues::list::handling_units;
use crate::pages::kit::form::{Fields, Form, FormErrors};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::{HandleIssues, Permission, ReadProjects};
use crate::usecases::projects::units as project_units;

/// Mounts the pages of one issue.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/issues/{project_id}/{issue_id}").route(web::get().to(show)))
        .service(
            web::resource("/issues/{project_id}/{issue_id}/text")
                .route(web::get().to(redirect_to_issue))
                .route(web::post().to(edit_text)),
        )
        .service(
            web::resource("/issues/{project_id}/{issue_id}/{step}")
                .route(web::get().to(redirect_to_issue))
                .route(web::post().to(take_step)),
        );
}

#[derive(Template)]
#[template(path = "pages/issue.html")]
struct IssuePage {
    shell: Shell,
    issue: IssueView,
    steps: Vec<IssueStepView>,
    open: OpenSteps,
    /// Units it can be assigned to.
    units: Vec<(UnitId, String)>,
    /// True if the project is visible to the visitor.
    sees_project: bool,
    rejected: RejectedForm,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands over references")]
impl IssuePage {
    /// Address of this page with `below` appended.
    fn here(&self, below: &str) -> String {
        let (project, id) = (self.issue.facts.project_id, self.issue.id);
        self.shell.to(&format!("/issues/{project}/{id}{below}"))
    }

    /// Address that the form of a step is sent to.
    fn step_path(&self, step: &IssueStep) -> String {
        self.here(&format!("/{}", step.path()))
    }

    /// Name of an event kind in the page language.
    fn what(&self, kind: &str) -> String {
        let both = event_words::kind(kind);
        both.map_or_else(
            || kind.to_owned(),
            |(zh, en)| match self.shell.language {
                Language::Chinese => zh,
                Language::English => en,
            },
        )
    }

    /// Hint for the text field of a step.
    fn hint(&self, step: &IssueStep) -> &'static str {
        let t = |zh, en| self.shell.t(zh, en);
        match step {
            IssueStep::Raise => t("补充了什么", "What was added"),
            IssueStep::Assign => t("要求办理单位做什么", "What the units shall do"),
            IssueStep::Work => t("做了什么，下一步是什么", "What was done, and the next step"),
            IssueStep::Escalate => t("为什么要提到上一级", "Why the level above is needed"),
            IssueStep::Return => {
                t("为什么退回，还缺什么", "Why it is returned, and what is missing")
            }
            IssueStep::Propose => t("怎样解决的", "How it was solved"),
            IssueStep::Clear => t("核实的结果", "What was verified"),
        }
    }

    /// True if a unit is ticked as a further unit of the assignment.
    fn shares(&self, unit: &UnitId) -> bool {
        if self.rejected.is("assignment") {
            return self.rejected.ticked("assignment", "unit_ids", &unit.to_string(), false);
        }
        self.issue.facts.units.iter().any(|u| u.unit_id == *unit && !u.leads)
    }

    /// True if a unit is selected as the leading unit.
    fn leads(&self, unit: &UnitId) -> bool {
        if self.rejected.is("assignment") {
            return self.rejected.input("assignment", "lead_unit_id") == unit.to_string();
        }
        self.issue.facts.units.iter().any(|u| u.unit_id == *unit && u.leads)
    }
}

async fn show(
    request: HttpRequest,
    visit: Visit<ReadProjects>,
    path: Path<IssuePath>,
) -> Result<HttpResponse, Problem> {
    page(&request, &visit, path.0, RejectedForm::default()).await
}

async fn page<P: Permission>(
    request: &HttpRequest,
    visit: &Visit<P>,
    at: IssuePath,
    rejected: RejectedForm,
) -> Result<HttpResponse, Problem> {
    let app = || visit.app.clone();
    let Tagged(issue) = get_issue(app(), visit.permit()?, Path(at), Conditional).await?;
    let Sheet(steps) = list_issue_steps(app(), visit.permit()?, Path(at)).await?;
    let open = if visit.may(Action::HandleIssues) {
        open_steps(&visit.app, visit.permit()?, at).await?
    } else {
        OpenSteps::default()
    };
    let project = at.project_id;
    let reads = visit.permit::<ReadProjects>()?;
    // A unit can be assigned an issue of a project that is not visible to it.
    let of_project = match reads.ask(move |ask| project_units::get(ask, project)).await {
        Ok(units) => Some(units.items),
        Err(problem) if problem.status.as_u16() == 404 => None,
        Err(problem) => return Err(problem),
    };
    let sees_project = of_project.is_some();
    let mut units = Vec::new();
    if open.steps.contains(&IssueStep::Assign) {
        units.extend(handling_units(visit).await?.into_iter().map(|u| (u.id, u.name)));
        for unit in of_project.unwrap_or_default() {
            if !units.iter().any(|(id, _)| *id == unit.unit_id) {
                units.push((unit.unit_id, unit.unit));
            }
        }
    }
    let shell = Shell::for_visit(visit, NavItem::ISSUES).await?;
    let errors = rejected.errors().clone();
    let view = IssuePage { shell, issue, steps: steps.items, open, units, sees_project, rejected };
    Ok(Page::with_form(view, &errors).respond_to(request).map_into_boxed_body())
}

/// Path parameters of a step.
#[derive(Clone, Debug, Deserialize)]
struct StepPath {
    project_id: ProjectId,
    issue_id: IssueId,
    step: String,
}

impl StepPath {
    fn issue(&self) -> IssuePath {
        IssuePath { project_id: self.project_id, issue_id: self.issue_id }
    }
}

/// GET of a form's address: redirects to the issue's page.
async fn redirect_to_issue(request: HttpRequest, path: Path<IssuePath>) -> HttpResponse {
    let (at, query) = (path.0, request.query_string());
    let mark = if query.is_empty() { "" } else { "?" };
    see_other(&format!("/issues/{}/{}{mark}{query}", at.project_id, at.issue_id))
}

/// Redirects to the issue's page on success, else shows it with the rejected form.
async fn answer<P: Permission>(
    (request, visit, at): (&HttpRequest, &Visit<P>, IssuePath),
    (form, fields): (&'static str, Fields),
    done: Result<(), Problem>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(()) => {
            let period = visit.choice.to_query();
            let (project, issue) = (at.project_id, at.issue_id);
            Ok(see_other(&format!("/issues/{project}/{issue}?{period}&said=step-taken")))
        }
        Err(problem) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            page(request, visit, at, RejectedForm::new(form, errors, fields)).await
        }
    }
}

async fn edit_text(
    request: HttpRequest,
    visit: Visit<HandleIssues>,
    path: Path<IssuePath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), Form(fields)) = (path, form);
    let version = IfMatch(fields.number("version").unwrap_or(0));
    let names = ["title", "category", "level", "asked", "due_on"];
    let done = match judge::<IssueInput>(fields.body(&names)) {
        Ok(input) => {
            let (app, who) = (visit.app.clone(), visit.permit()?);
            update_issue(app, who, Path(at), version, Body(input)).await.map(|_| ())
        }
        Err(problem) => Err(problem),
    };
    answer((&request, &visit, at), ("issue", fields), done).await
}

async fn take_step(
    request: HttpRequest,
    visit: Visit<HandleIssues>,
    path: Path<StepPath>,
    form: Form,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (Path(at), Form(fields)) = (path, form);
    let step = IssueStep::ALL.iter().copied().find(|step| step.path() == at.step);
    let step = step.ok_or_else(Problem::not_found)?;
    let done = run_step(&visit, at.issue(), (step, &fields), once).await;
    answer((&request, &visit, at.issue()), (step.path(), fields), done).await
}

/// Calls the API operation of the step.
async fn run_step(
    visit: &Visit<HandleIssues>,
    at: IssuePath,
    (step, fields): (IssueStep, &Fields),
    once: Once,
) -> Result<(), Problem> {
    let (app, who, at) = (visit.app.clone(), visit.permit()?, Path(at));
    if step == IssueStep::Assign {
        let input = judge::<AssignmentInput>(assignment(fields))?;
        return assign_issue(app, who, at, Body(input), once).await.map(|_| ());
    }
    let body = Body(judge::<StepInput>(fields.body(&["words"]))?);
    let taken = match step {
        IssueStep::Raise => raise_issue(app, who, at, body, once).await,
        IssueStep::Work => work_on_issue(app, who, at, body, once).await,
        IssueStep::Escalate => escalate_issue(app, who, at, body, once).await,
        IssueStep::Return => return_issue(app, who, at, body, once).await,
        IssueStep::Propose => propose_clearance(app, who, at, body, once).await,
        IssueStep::Clear | IssueStep::Assign => clear_issue(app, who, at, body, once).await,
    };
    taken.map(|_| ())
}

/// API request body of an assignment form.
fn assignment(fields: &Fields) -> Value {
    let number = |text: &str| text.parse::<i64>().map_or_else(|_| text.into(), Value::from);
    let mut body = fields.body(&["due_on", "words"]);
    if let Value::Object(said) = &mut body {
        let lead = fields.get("lead_unit_id").map(number);
        said.extend(lead.map(|lead| ("lead_unit_id".to_owned(), lead)));
        let others = fields.all("unit_ids").map(number).collect();
        said.insert("unit_ids".to_owned(), Value::Array(others));
    }
    body
}
