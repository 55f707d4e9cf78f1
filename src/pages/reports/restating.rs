//! 更正: restatement of a closed month.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::api::reports::context::{ReportContextView, get_report_context};
use crate::api::reports::handlers::{ReportPath, get_report};
use crate::api::reports::restatements::{
    RestatementInput, RestatementView, create_restatement, list_restatements,
};
use crate::api::reports::view::ReportView;
use crate::http::body::{Body, judge};
use crate::http::caller::{ReadProjects, RestateReports};
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
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
    let app = || visit.app.clone();
    let reads = || visit.permit::<ReadProjects>();
    let context = get_report_context(app(), reads()?, visit.language, Path(at)).await?.0;
    let report = get_report(app(), reads()?, visit.language, Path(at), Conditional).await;
    let report = match report {
        Ok(Tagged(report)) => Some(report),
        Err(problem) if problem.status.as_u16() == 404 => None,
        Err(problem) => return Err(problem),
    };
    let before = list_restatements(app(), reads()?, Path(at)).await?.0.items;
    let shell = Shell::for_visit(visit, NavItem::REVIEW).await?;
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
    let (Path(at), Form(fields)) = (path, form);
    let entered = async {
        let body = fields.body(&["amount_wan", "reason", "approver"]);
        let input = Body(judge::<RestatementInput>(body)?);
        let once = Once::unkeyed(&request);
        create_restatement(visit.app.clone(), visit.permit()?, Path(at), input, once).await
    };
    let Err(problem) = entered.await else {
        let here = format!("/months/{}/restatements/{}", at.month, at.project_id);
        return Ok(see_other(&format!("{here}?{}&said=restated", visit.choice.to_query())));
    };
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let view = page(&visit, at, RejectedForm::new("restate", errors.clone(), fields)).await?;
    Ok(Page::with_form(view, &errors).respond_to(&request))
}
