//! Forms of a project's page: milestones, stage, light overrides, issues.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::api::lights::overrides::LightOverridePath;
use crate::api::milestones::handlers::MilestonePath;
use crate::api::projects::handlers::ProjectPath;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Fields, Form, FormErrors};
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::see_other;
use crate::pages::kit::visit::Visit;
use crate::pages::projects::one::{Shown, page, redirect_to_project};
use crate::usecases::issues::input::IssueInput;
use crate::usecases::issues::write as issues;
use crate::usecases::lights::overrides::{self, LightOverrideInput};
use crate::usecases::milestones::view::MilestoneEdit;
use crate::usecases::milestones::write as milestones;
use crate::usecases::patch::Patch;
use crate::usecases::permission::{
    EditMilestones, HandleIssues, MoveStages, OverrideLights, Permission,
};
use crate::usecases::projects::transition::{self, Transition};
use crate::usecases::projects::write as projects;

/// Mounts the forms; a GET of their addresses redirects to the project.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let form =
        |path: &str| web::resource(path.to_owned()).route(web::get().to(redirect_to_project));
    config
        .service(form("/projects/{project_id}/stage").route(web::post().to(move_stage)))
        .service(form("/projects/{project_id}/issues").route(web::post().to(raise)))
        .service(
            form("/projects/{project_id}/light-overrides").route(web::post().to(override_light)),
        )
        .service(
            form("/projects/{project_id}/light-overrides/{override_id}/withdrawal")
                .route(web::post().to(withdraw_override)),
        )
        .service(
            form("/projects/{project_id}/milestones/{milestone_id}")
                .route(web::post().to(change_milestone)),
        );
}

/// A submitted form.
struct Sent {
    shown: Shown,
    form: &'static str,
    fields: Fields,
    /// Code of the notice on success.
    said: &'static str,
}

impl Sent {
    /// Redirects to the project's page on success, else shows it with the rejected form.
    async fn answer<P: Permission, T>(
        self,
        request: &HttpRequest,
        visit: &Visit<P>,
        done: Result<T, Problem>,
    ) -> Result<HttpResponse, Problem> {
        match done {
            Ok(_) => {
                let period = visit.choice.to_query();
                let said = self.said;
                Ok(see_other(&format!("/projects/{}?{period}&said={said}", self.shown.project)))
            }
            Err(problem) => {
                let errors = FormErrors::from_problem(problem, visit.language)?;
                let rejected = RejectedForm::new(self.form, errors, self.fields);
                page(request, visit, self.shown, rejected).await
            }
        }
    }
}

async fn change_milestone(
    request: HttpRequest,
    visit: Visit<EditMilestones>,
    Path(at): Path<MilestonePath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let mut body =
        fields.body(&["forecast_date", "reason", "actual_date", "document_number", "evidence"]);
    if let Value::Object(body) = &mut body
        && fields.get("take_back").is_some()
    {
        body.insert("actual_date".to_owned(), Value::Null);
    }
    if let Value::Object(body) = &mut body
        && fields.has("document_number")
    {
        // An empty document number removes the stored one.
        let number = fields.get("document_number").unwrap_or_default();
        body.insert("document_number".to_owned(), number.into());
    }
    let version = fields.number("version").unwrap_or(0);
    let entered = async {
        let patch = checked::<Patch<MilestoneEdit>>(body)?;
        visit
            .change(
                move |ask| milestones::decide_update(ask, at.into(), version, &patch),
                milestones::save,
            )
            .await
    };
    let done = entered.await;
    let shown = Shown { project: at.project_id, milestone: Some(at.milestone_id) };
    let sent = Sent { shown, form: "milestone", fields, said: "milestone-saved" };
    sent.answer(&request, &visit, done).await
}

async fn move_stage(
    request: HttpRequest,
    visit: Visit<MoveStages>,
    Path(at): Path<ProjectPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let id = at.project_id;
    let entered = async {
        let input = checked::<Transition>(fields.body(&["stage", "on", "reason"]))?;
        visit.change(move |ask| transition::decide(ask, id, &input), projects::save).await
    };
    let done = entered.await;
    let sent = Sent {
        shown: Shown { project: at.project_id, milestone: None },
        form: "stage",
        fields,
        said: "stage-moved",
    };
    sent.answer(&request, &visit, done).await
}

async fn raise(
    request: HttpRequest,
    visit: Visit<HandleIssues>,
    Path(at): Path<ProjectPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let project = at.project_id;
    let names = ["title", "category", "level", "asked", "due_on"];
    let done = match checked::<IssueInput>(fields.body(&names)) {
        Ok(input) => {
            let decide = issues::decide_creation;
            visit.change(move |ask| decide(ask, project, &input), issues::save).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    let sent =
        Sent { shown: Shown { project, milestone: None }, form: "issue", fields, said: "raised" };
    sent.answer(&request, &visit, done).await
}

async fn override_light(
    request: HttpRequest,
    visit: Visit<OverrideLights>,
    Path(at): Path<ProjectPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let project = at.project_id;
    let names = ["light", "reason", "from_month", "expires_on"];
    let done = match checked::<LightOverrideInput>(fields.body(&names)) {
        Ok(input) => {
            let decide = overrides::decide_creation;
            visit.change(move |ask| decide(ask, project, &input), overrides::save).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    let sent = Sent {
        shown: Shown { project, milestone: None },
        form: "light",
        fields,
        said: "light-overridden",
    };
    sent.answer(&request, &visit, done).await
}

async fn withdraw_override(
    request: HttpRequest,
    visit: Visit<OverrideLights>,
    Path(at): Path<LightOverridePath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let decide = overrides::decide_withdrawal;
    let done = visit.change(move |ask| decide(ask, at.into()), overrides::save_withdrawal).await;
    let sent = Sent {
        shown: Shown { project: at.project_id, milestone: None },
        form: "light",
        fields,
        said: "override-withdrawn",
    };
    sent.answer(&request, &visit, done).await
}
