//! The operations: one folder per noun with handlers, parameters and bodies. [`routes()`] lists them.

pub mod accounts;
pub mod bulletins;
pub mod events;
pub mod figures;
pub mod imports;
pub mod issues;
pub mod lights;
pub mod milestones;
pub mod oc4ids;
pub mod plans;
pub mod projects;
pub mod reference;
pub mod reporting_months;
pub mod reports;
pub mod roll_overs;
pub mod summaries;
pub mod webhooks;

use crate::http::routes::Routes;

/// Everything that is served below [`crate::http::PREFIX`].
pub fn routes() -> Routes {
    accounts::routes()
        .and(reference::routes())
        .and(plans::routes())
        .and(projects::routes())
        .and(milestones::routes())
        .and(reports::routes())
        .and(reporting_months::routes())
        .and(issues::routes())
        .and(lights::routes())
        .and(summaries::routes())
        .and(roll_overs::routes())
        .and(bulletins::routes())
        .and(events::routes())
        .and(webhooks::routes())
        .and(oc4ids::routes())
        .and(imports::routes())
}
