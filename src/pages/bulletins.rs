//! 通报: lists bulletins and months ready for publication, and shows one bulletin.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::api::bulletins::tables::{Table, tables};
use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::account::access::Action;
use crate::domain::light::Light;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::bulletins::comparison::{self, BulletinComparison, ComparedRow};
use crate::usecases::bulletins::view::BulletinHead;
use crate::usecases::bulletins::{publish as publishing, read};
use crate::usecases::permission::{PublishBulletins, ReadSummaries};
use crate::usecases::reference::names::Names;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// Mounts the pages.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/bulletins").route(web::get().to(show)))
        .service(web::resource("/bulletins/{month}").route(web::get().to(show_one)))
        .service(
            web::resource("/bulletins/{month}/publication")
                .route(web::get().to(redirect_to_list))
                .route(web::post().to(publish)),
        );
}

#[derive(Template)]
#[template(path = "pages/bulletins.html")]
struct BulletinsPage {
    shell: Shell,
    /// Latest first.
    published: Vec<BulletinHead>,
    /// Closed months without a bulletin.
    ready: Vec<ReportingMonthView>,
    rejected: RejectedForm,
}

async fn page(
    visit: &Visit<ReadSummaries>,
    rejected: RejectedForm,
) -> Result<BulletinsPage, Problem> {
    let may_publish = visit.may(Action::PublishBulletins);
    let question = move |ask: &mut Ask<'_>| {
        let published = read::list(ask)?;
        let ready = if may_publish { read::list_publishable(ask)? } else { Vec::new() };
        Ok((published, ready))
    };
    let (mut published, ready) = visit.ask(question).await?;
    published.reverse();
    let shell = Shell::for_visit(visit, NavItem::BULLETINS)?;
    Ok(BulletinsPage { shell, published, ready, rejected })
}

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, RejectedForm::default()).await?))
}

/// GET of the publication address (after a failed POST was reloaded): redirects to the list.
async fn redirect_to_list() -> HttpResponse {
    see_other("/bulletins")
}

async fn publish(
    request: HttpRequest,
    visit: Visit<ReadSummaries>,
    Path(at): Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let who = visit.permit::<PublishBulletins>()?;
    let published =
        who.change(move |ask| publishing::decide(ask, at.month), publishing::save).await;
    let Err(problem) = published else {
        let period = visit.choice.to_query();
        return Ok(see_other(&format!("/bulletins/{}?{period}&said=published", at.month)));
    };
    let errors = FormErrors::from_problem(problem, visit.language)?;
    let rejected = RejectedForm::new("publish", errors.clone(), form.0);
    let view = page(&visit, rejected).await?;
    Ok(Page::with_form(view, &errors).respond_to(&request))
}

#[derive(Template)]
#[template(path = "pages/bulletin.html")]
struct BulletinPage {
    shell: Shell,
    head: BulletinHead,
    synthetic: bool,
    tables: Vec<Table>,
    comparison: BulletinComparison,
    names: Names,
}

impl BulletinPage {
    /// Rows of the comparison that differ, by name, then the total.
    fn differing(&self) -> Vec<(String, &ComparedRow)> {
        let name = |row: &ComparedRow| match (&row.place.area, &row.place.industry) {
            (Some(area), _) => self.names.area(area),
            (None, Some(industry)) => self.names.industry(industry),
            (None, None) => self.shell.t("合计", "Total").to_owned(),
        };
        let changed = |row: &&ComparedRow| row.differs();
        let parts = self.comparison.areas.iter().chain(&self.comparison.industries);
        let total = std::iter::once(&self.comparison.total);
        parts.filter(changed).chain(total).map(|row| (name(row), row)).collect()
    }
}

async fn show_one(
    visit: Visit<ReadSummaries>,
    Path(at): Path<MonthPath>,
) -> Result<impl Responder, Problem> {
    let question = move |ask: &mut Ask<'_>| {
        let bulletin = read::get(ask, at.month)?;
        Ok((bulletin, comparison::get_named(ask, at.month)?))
    };
    let (bulletin, compared) = visit.ask(question).await?;
    let figures = bulletin.view.read_figures()?;
    let shell = Shell::for_visit(&visit, NavItem::BULLETINS)?;
    Ok(Page::of(BulletinPage {
        shell,
        synthetic: bulletin.names.synthetic,
        tables: tables(&figures, &bulletin.names),
        head: bulletin.view.head,
        comparison: compared.comparison,
        names: compared.names,
    }))
}
