//! 访问记录: log-ins, failed ones too, refused requests and downloads, for the auditor.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::access_log::AccessQuery;
use crate::api::events::history::HistoryPage;
use crate::domain::access_log::AccessKind;
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::pages::kit::filters::ListAddress;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::access_log::AccessFilter;
use crate::usecases::access_log::{self, AccessLineView};
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadAccessLog;

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/access-log").route(web::get().to(show)));
}

#[derive(Template)]
#[template(path = "pages/access_log.html")]
struct AccessLogPage {
    shell: Shell,
    asked: AccessQuery,
    lines: PageView<AccessLineView>,
    files: [String; 2],
    kept_days: u32,
}

impl AccessLogPage {
    fn is_asked(&self, kind: AccessKind) -> bool {
        self.asked.kind.contains(&kind)
    }
}

async fn show(visit: Visit<ReadAccessLog>) -> Result<impl Responder, Problem> {
    let QueryPair(asked, page): QueryPair<AccessQuery, HistoryPage> = visit.query_params()?;
    let filter = AccessFilter::from(asked.clone());
    let lines = visit.ask(move |ask| access_log::list(ask, &filter, &page.into())).await?;
    let shell = Shell::for_visit(&visit, NavItem::ACCESS_LOG)?;
    let files = ListAddress::of(&shell).files("/files/access-log", "");
    let kept_days = visit.app.config.access_log_days;
    Ok(Page::of(AccessLogPage { shell, asked, lines, files, kept_days }))
}
