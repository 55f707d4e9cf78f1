//! The dashboard: what leaders look at and owners fill in, rendered on the server.
//!
//! Stands beside `api` on its floor. A page asks the same use cases under the same permits as the
//! API, so it can never show what the API would not. It knows nothing of the store.

pub mod account;
pub mod accounts;
pub mod assets;
pub mod bulletins;
pub mod chart;
pub mod choice;
pub mod clients;
pub mod cookies;
pub mod filing;
pub mod form;
pub mod frame;
pub mod log_in;
pub mod month;
pub mod months;
pub mod notice;
pub mod number;
pub mod overview;
pub mod promises;
pub mod reply;
pub mod report_fields;
pub mod report_form;
pub mod restating;
pub mod review;
pub mod secrets;
pub mod shell;
pub mod trouble;
pub mod visit;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

/// Mounts the pages at the root, behind everything that is mounted before them.
pub fn mount(config: &mut ServiceConfig) {
    config.configure(assets::mount).service(
        web::scope("")
            .wrap(from_fn(frame::wrap))
            .configure(log_in::mount)
            .configure(overview::mount)
            .configure(promises::mount)
            .configure(filing::mount)
            .configure(report_form::mount)
            .configure(review::mount)
            .configure(months::mount)
            .configure(month::mount)
            .configure(restating::mount)
            .configure(bulletins::mount)
            .configure(accounts::mount)
            .configure(account::mount)
            .configure(clients::mount)
            .default_service(web::to(frame::nothing_here)),
    );
}
