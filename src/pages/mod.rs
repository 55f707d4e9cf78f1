//! The dashboard: what leaders look at and owners fill in, rendered on the server.
//!
//! Stands beside `api` on its floor. A page asks the same use cases under the same permits as the
//! API, so it can never show what the API would not. It knows nothing of the store.

pub mod account;
pub mod accounts;
pub mod again;
pub mod assets;
pub mod bulletins;
pub mod chart;
pub mod choice;
pub mod clients;
pub mod cookies;
pub mod filing;
pub mod form;
pub mod frame;
pub mod history;
pub mod issue;
pub mod issues;
pub mod log_in;
pub mod month;
pub mod months;
pub mod notice;
pub mod number;
pub mod overview;
pub mod picks;
pub mod project;
pub mod project_data;
pub mod project_forms;
pub mod projects;
pub mod promises;
pub mod reply;
pub mod report_fields;
pub mod report_form;
pub mod restating;
pub mod review;
pub mod secrets;
pub mod shell;
pub mod told;
pub mod told_words;
pub mod trend_chart;
pub mod trouble;
pub mod visit;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::api::FILES;
use crate::api::routes::Routes;

/// Mounts the pages at the root, behind everything that is mounted before them; `operations` are
/// the API's, whose files the pages link to.
pub fn mount(config: &mut ServiceConfig, operations: &Routes) {
    config
        .configure(assets::mount)
        .service(
            web::scope(FILES)
                .wrap(from_fn(frame::wrap))
                .configure(|config| operations.mount_files(config))
                .default_service(web::to(frame::nothing_here)),
        )
        .service(
            web::scope("")
                .wrap(from_fn(frame::wrap))
                .configure(log_in::mount)
                .configure(overview::mount)
                .configure(promises::mount)
                .configure(project::mount)
                .configure(projects::mount)
                .configure(issue::mount)
                .configure(issues::mount)
                .configure(history::mount)
                .configure(filing::mount)
                .configure(report_form::mount)
                .configure(review::mount)
                .configure(months::mount)
                .configure(restating::mount)
                .configure(bulletins::mount)
                .configure(accounts::mount)
                .configure(account::mount)
                .configure(clients::mount)
                .configure(month::mount)
                .default_service(web::to(frame::nothing_here)),
        );
}
