//! The only place that knows HTTP. One file per resource; [`routes()`] lists them.

pub mod app;
pub mod areas;
pub mod asked;
pub mod body;
pub mod bulletin_comparison;
pub mod bulletin_figures;
pub mod bulletin_page;
pub mod bulletin_reply;
pub mod bulletin_tables;
pub mod bulletin_workbook;
pub mod bulletins;
pub mod caller;
pub mod check;
pub mod client_view;
pub mod clients;
pub mod commitments;
pub mod deliveries;
pub mod digests;
pub mod document;
pub mod document30;
pub mod documents;
pub mod envelope;
pub mod feed;
pub mod feed_reply;
pub mod figures;
pub mod filing_summary;
pub mod filings;
pub mod grid;
pub mod health;
pub mod history;
pub mod imports;
pub mod industries;
pub mod investment;
pub mod investment_rows;
pub mod issue_steps;
pub mod issue_summary;
pub mod issue_view;
pub mod issues;
pub mod late_grants;
pub mod light_overrides;
pub mod light_rules;
pub mod light_view;
pub mod lights;
pub mod limits;
pub mod milestone_summary;
pub mod milestones;
pub mod names;
pub mod oauth;
pub mod oc4ids;
pub mod oc4ids_parts;
pub mod oc4ids_project;
pub mod oc4ids_view;
pub mod once;
pub mod password;
pub mod place;
pub mod plan_input;
pub mod plan_view;
pub mod plans;
pub mod precondition;
pub mod problem;
pub mod project_figures;
pub mod project_filter;
pub mod project_patch;
pub mod project_row;
pub mod project_sort;
pub mod project_units;
pub mod project_view;
pub mod projects;
pub mod query;
pub mod rankings;
pub mod reply;
pub mod report_context;
pub mod report_view;
pub mod reporting_months;
pub mod reports;
pub mod restatements;
pub mod review;
pub mod roll_over_view;
pub mod roll_overs;
pub mod routes;
pub mod sessions;
pub mod shape;
pub mod sheet;
pub mod signature;
pub mod strict;
pub mod tokens;
pub mod trend;
pub mod units;
pub mod users;
pub mod webhook_message;
pub mod webhook_view;
pub mod webhooks;
pub mod year_plan_input;
pub mod year_plans;

/// Where version 1 is mounted.
pub const PREFIX: &str = "/api/v1";

/// Where pages find what can be a file.
pub const FILES: &str = "/files";

/// Everything that is served below [`PREFIX`].
pub fn routes() -> routes::Routes {
    sessions::routes()
        .and(users::routes())
        .and(industries::routes())
        .and(areas::routes())
        .and(units::routes())
        .and(plans::routes())
        .and(projects::routes())
        .and(history::routes())
        .and(clients::routes())
        .and(oauth::routes())
        .and(feed::routes())
        .and(digests::routes())
        .and(oc4ids::routes())
        .and(webhooks::routes())
        .and(deliveries::routes())
        .and(project_units::routes())
        .and(year_plans::routes())
        .and(milestones::routes())
        .and(reports::routes())
        .and(report_context::routes())
        .and(review::routes())
        .and(restatements::routes())
        .and(imports::routes())
        .and(reporting_months::routes())
        .and(filings::routes())
        .and(filing_summary::routes())
        .and(late_grants::routes())
        .and(commitments::routes())
        .and(investment::routes())
        .and(trend::routes())
        .and(milestone_summary::routes())
        .and(rankings::routes())
        .and(project_figures::routes())
        .and(roll_overs::routes())
        .and(bulletins::routes())
        .and(bulletin_comparison::routes())
        .and(issues::routes())
        .and(issue_steps::routes())
        .and(issue_summary::routes())
        .and(light_rules::routes())
        .and(lights::routes())
        .and(light_overrides::routes())
}
