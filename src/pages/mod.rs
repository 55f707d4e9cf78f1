//! The dashboard: server-rendered pages for leaders and project owners.
//!
//! On the same floor as `api`. Pages call the same use cases with the same permits as the API, so
//! they can never show more than the API. They do not access the store.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod bulletins;
pub(crate) mod events;
pub(crate) mod issues;
pub(crate) mod kit;
pub(crate) mod projects;
pub(crate) mod reporting_months;
pub(crate) mod reports;
pub(crate) mod summaries;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::http::FILES;
use crate::http::routes::Routes;

/// Mounts the pages at the root, after everything else; `operations` are the API operations whose
/// files the pages link to.
pub(crate) fn mount(config: &mut ServiceConfig, operations: &Routes) {
    config
        .configure(kit::assets::mount)
        .service(
            web::scope(FILES)
                .wrap(from_fn(kit::frame::wrap))
                .configure(|config| operations.mount_files(config))
                .default_service(web::to(kit::frame::not_found)),
        )
        .service(
            web::scope("")
                .wrap(from_fn(kit::frame::wrap))
                .configure(accounts::log_in::mount)
                .configure(accounts::own::mount)
                .configure(accounts::own_totp::mount)
                .configure(summaries::overview::mount)
                .configure(summaries::promises::mount)
                .configure(projects::one::mount)
                .configure(projects::forms::mount)
                .configure(projects::list::mount)
                .configure(issues::one::mount)
                .configure(issues::list::mount)
                .configure(events::history::mount)
                .configure(access_log::mount)
                .configure(reports::filing::mount)
                .configure(reports::form::mount)
                .configure(reports::review::mount)
                .configure(reports::opening::mount)
                .configure(reports::restating::mount)
                .configure(bulletins::mount)
                .configure(accounts::list::mount)
                .configure(accounts::proposals::mount)
                .configure(accounts::one::mount)
                .configure(accounts::clients::mount)
                .configure(reporting_months::month::mount)
                .default_service(web::to(kit::frame::not_found)),
        );
}
