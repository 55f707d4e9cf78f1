//! 通报: lists bulletins and months ready for publication, and shows one bulletin.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::api::bulletins::comparison::{BulletinComparison, Compared, get_bulletin_comparison};
use crate::api::bulletins::handlers::{BulletinHead, list_bulletins, publish_month, read_bulletin};
use crate::api::bulletins::tables::{Table, tables};
use crate::api::reporting_months::handlers::{MonthPath, YearQuery, list_reporting_months};
use crate::domain::account::access::Action;
use crate::domain::light::Light;
use crate::domain::reporting_month::MonthState;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::{PublishBulletins, ReadProjects, ReadSummaries};
use crate::usecases::reference::names::Names;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// Mounts the pages.
pub fn mount(config: &mut ServiceConfig) {
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
    let app = || visit.app.clone();
    let mut published = list_bulletins(app(), visit.permit()?).await?.0.items;
    published.reverse();
    let mut ready = Vec::new();
    if visit.may(Action::PublishBulletins) {
        let every = Query(YearQuery { year: None });
        let who = visit.permit::<ReadProjects>()?;
        ready = list_reporting_months(app(), who, every).await?.0.items;
        ready.retain(|month| month.state == MonthState::Closed);
    }
    let shell = Shell::for_visit(visit, NavItem::BULLETINS).await?;
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
    path: Path<MonthPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (Path(at), who) = (path, visit.permit::<PublishBulletins>()?);
    let once = Once::unkeyed(&request);
    match publish_month(visit.app.clone(), who, Path(at), once).await {
        Ok(_) => {
            let period = visit.choice.to_query();
            Ok(see_other(&format!("/bulletins/{}?{period}&said=published", at.month)))
        }
        Err(problem) => {
            let errors = FormErrors::from_problem(problem, visit.language)?;
            let rejected = RejectedForm::new("publish", errors.clone(), form.0);
            let view = page(&visit, rejected).await?;
            Ok(Page::with_form(view, &errors).respond_to(&request))
        }
    }
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
    fn differing(&self) -> Vec<(String, &Compared)> {
        let name = |row: &Compared| match (&row.place.area, &row.place.industry) {
            (Some(area), _) => self.names.area(area),
            (None, Some(industry)) => self.names.industry(industry),
            (None, None) => self.shell.t("合计", "Total").to_owned(),
        };
        let changed = |row: &&Compared| row.differs();
        let parts = self.comparison.areas.iter().chain(&self.comparison.industries);
        let total = std::iter::once(&self.comparison.total);
        parts.filter(changed).chain(total).map(|row| (name(row), row)).collect()
    }
}

async fn show_one(
    visit: Visit<ReadSummaries>,
    path: Path<MonthPath>,
) -> Result<impl Responder, Problem> {
    let (Path(at), language) = (path, visit.language);
    let (view, frozen) = read_bulletin(&visit.app, &visit.who, at.month).await?;
    let comparison = get_bulletin_comparison(visit.app.clone(), visit.permit()?, Path(at)).await?.0;
    let shell = Shell::for_visit(&visit, NavItem::BULLETINS).await?;
    let names = visit.app.db.read(move |conn| Names::load(conn, language)).await?;
    Ok(Page::of(BulletinPage {
        shell,
        synthetic: frozen.synthetic,
        tables: tables(&view.figures, &frozen),
        head: view.head,
        comparison,
        names,
    }))
}
