//! One issue: its history and the steps the visitor can take now.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::api::issues::handlers::IssuePath;
use crate::domain::account::access::Action;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueStep};
use crate::domain::words::Language;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::events::event_text;
use crate::pages::events::event_words;
use crate::pages::kit::form::{Fields, Form, FormErrors};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::issues::assignable::UnitChoice;
use crate::usecases::issues::input::{AssignmentInput, IssueInput, StepInput};
use crate::usecases::issues::step::OpenSteps;
use crate::usecases::issues::view::{IssueStepView, IssueView};
use crate::usecases::issues::{IssueKey, assignable, list, step as steps_of, write};
use crate::usecases::permission::{HandleIssues, Permission, ReadProjects};
use crate::usecases::refusal::Refusal;

/// Mounts the pages of one issue.
pub(crate) fn mount(config: &mut ServiceConfig) {
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
    /// Units it can be assigned to; empty unless the visitor may assign it.
    units: Vec<UnitChoice>,
    /// True if the project is visible to the visitor.
    sees_project: bool,
    rejected: RejectedForm,
}

/// What the page shows of the register.
struct IssueData {
    issue: IssueView,
    steps: Vec<IssueStepView>,
    open: OpenSteps,
    units: Vec<UnitChoice>,
    sees_project: bool,
}

impl IssueData {
    /// Reads the issue; `offers_steps` if the visitor's role handles issues.
    fn load(ask: &mut Ask<'_>, key: IssueKey, offers_steps: bool) -> Result<Self, Refusal> {
        let open = if offers_steps { steps_of::open(ask, key)? } else { OpenSteps::default() };
        let units = if open.steps.contains(&IssueStep::Assign) {
            assignable::of_project(ask, key.project)?
        } else {
            Vec::new()
        };
        Ok(Self {
            issue: list::get(ask, key)?,
            steps: list::steps(ask, key)?,
            open,
            units,
            sees_project: assignable::sees(ask, key.project)?,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands over references")]
impl IssuePage {
    /// Address of this page with `below` appended.
    fn here(&self, below: &str) -> String {
        let IssueView { id, facts, .. } = &self.issue;
        self.shell.to(&format!("/issues/{}/{id}{below}", facts.project_id))
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
    Path(at): Path<IssuePath>,
) -> Result<HttpResponse, Problem> {
    page(&request, &visit, at, RejectedForm::default()).await
}

async fn page<P: Permission>(
    request: &HttpRequest,
    visit: &Visit<P>,
    at: IssuePath,
    rejected: RejectedForm,
) -> Result<HttpResponse, Problem> {
    let offers_steps = visit.may(Action::HandleIssues);
    let who = visit.permit::<ReadProjects>()?;
    let data = who.ask(move |ask| IssueData::load(ask, at.into(), offers_steps)).await?;
    let IssueData { issue, steps, open, units, sees_project } = data;
    let shell = Shell::for_visit(visit, NavItem::ISSUES)?;
    let errors = rejected.errors().clone();
    let view = IssuePage { shell, issue, steps, open, units, sees_project, rejected };
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
async fn redirect_to_issue(request: HttpRequest, Path(at): Path<IssuePath>) -> HttpResponse {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    see_other(&format!("/issues/{}/{}{mark}{query}", at.project_id, at.issue_id))
}

/// A submitted form of an issue's page.
struct SentForm {
    at: IssuePath,
    form: &'static str,
    fields: Fields,
}

impl SentForm {
    /// Redirects to the issue's page on success, else shows it with the rejected form.
    async fn answer<P: Permission>(
        self,
        request: &HttpRequest,
        visit: &Visit<P>,
        done: Result<IssueView, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let Self { at, form, fields } = self;
        let Err(problem) = done else {
            let period = visit.choice.to_query();
            let here = format!("/issues/{}/{}", at.project_id, at.issue_id);
            return Ok(see_other(&format!("{here}?{period}&said=step-taken")));
        };
        let errors = FormErrors::from_problem(problem, visit.language)?;
        page(request, visit, at, RejectedForm::new(form, errors, fields)).await
    }
}

async fn edit_text(
    request: HttpRequest,
    visit: Visit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let version = fields.number("version").unwrap_or(0);
    let names = ["title", "category", "level", "asked", "due_on"];
    let done = match checked::<IssueInput>(fields.body(&names)) {
        Ok(input) => {
            let decide = write::decide_update;
            visit.change(move |ask| decide(ask, at.into(), version, &input), write::save).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    SentForm { at, form: "issue", fields }.answer(&request, &visit, done).await
}

async fn take_step(
    request: HttpRequest,
    visit: Visit<HandleIssues>,
    Path(path): Path<StepPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let step = IssueStep::ALL.iter().copied().find(|step| step.path() == path.step);
    let step = step.ok_or_else(Problem::not_found)?;
    let at = path.issue();
    let done = match step {
        IssueStep::Assign => assign(&visit, at.into(), &fields).await,
        IssueStep::Raise
        | IssueStep::Work
        | IssueStep::Escalate
        | IssueStep::Return
        | IssueStep::Propose
        | IssueStep::Clear => comment(&visit, at.into(), step, &fields).await,
    };
    SentForm { at, form: step.path(), fields }.answer(&request, &visit, done).await
}

/// Assigns the issue as the form says.
async fn assign(
    visit: &Visit<HandleIssues>,
    key: IssueKey,
    fields: &Fields,
) -> Result<IssueView, Problem> {
    let input = checked::<AssignmentInput>(assignment(fields))?;
    visit.change(move |ask| steps_of::decide_assignment(ask, key, &input), write::save).await
}

/// Takes a step that needs a comment only.
async fn comment(
    visit: &Visit<HandleIssues>,
    key: IssueKey,
    step: IssueStep,
    fields: &Fields,
) -> Result<IssueView, Problem> {
    let input = checked::<StepInput>(fields.body(&["words"]))?;
    visit.change(move |ask| steps_of::decide(ask, key, step, &input), write::save).await
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
