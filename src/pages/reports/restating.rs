//! 更正: restatement of a closed month.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::api::reports::handlers::ReportPath;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{ReadProjects, RestateReports};
use crate::usecases::reports::context::ReportContextView;
use crate::usecases::reports::input::RestatementInput;
use crate::usecases::reports::view::{ReportView, RestatementView};
use crate::usecases::reports::{context, list, restate as restating};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let page = web::resource("/months/{month}/restatements/{project_id}");
    config.service(page.route(web::get().to(show)).route(web::post().to(restate)));
}

#[derive(Template)]
#[template(path = "pages/restating.html")]
struct RestatingPage {
    shell: Shell,
    at: ReportPath,
    context: ReportContextView,
    report: Option<ReportView>,
    before: Vec<RestatementView>,
    rejected: RejectedForm,
}

async fn page(
    visit: &Visit<RestateReports>,
    at: ReportPath,
    rejected: RejectedForm,
) -> Result<RestatingPage, Problem> {
    let reads = visit.permit::<ReadProjects>()?;
    let question = move |ask: &mut Ask<'_>| {
        let context = context::get(ask, at.into())?;
        Ok((context, list::find(ask, at.into())?, list::restated(ask, at.into())?))
    };
    let (context, report, before) = reads.ask(question).await?;
    let shell = Shell::for_visit(visit, NavItem::REVIEW)?;
    Ok(RestatingPage { shell, at, context, report, before, rejected })
}

async fn show(
    visit: Visit<RestateReports>,
    path: Path<ReportPath>,
) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, path.0, RejectedForm::default()).await?))
}

async fn restate(
    request: HttpRequest,
    visit: Visit<RestateReports>,
    path: Path<ReportPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Path(at) = path;
    let Form(fields) = form;
    let entered = async {
        let body = fields.body(&["amount_wan", "reason", "approver"]);
        let input = checked::<RestatementInput>(body)?;
        let decide = move |ask: &mut Ask<'_>| restating::decide(ask, at.into(), &input);
        visit.change(decide, restating::save).await
    };
    let Err(problem) = entered.await else {
        let here = format!("/months/{}/restatements/{}", at.month, at.project_id);
        return Ok(see_other(&format!("{here}?{}&said=restated", visit.choice.to_query())));
    };
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let view = page(&visit, at, RejectedForm::new("restate", errors.clone(), fields)).await?;
    Ok(Page::with_form(view, &errors).respond_to(&request))
}
