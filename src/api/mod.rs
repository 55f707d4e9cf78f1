//! The operations: one folder per noun with handlers, parameters and bodies. [`routes()`] lists them.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod bulletins;
pub(crate) mod events;
pub(crate) mod format_1;
pub(crate) mod imports;
pub(crate) mod issues;
pub(crate) mod jobs;
pub(crate) mod lights;
pub(crate) mod milestones;
pub(crate) mod oc4ids;
pub(crate) mod personal_data;
pub(crate) mod plans;
pub(crate) mod projects;
pub(crate) mod proposals;
pub(crate) mod reference;
pub(crate) mod reporting_months;
pub(crate) mod reports;
pub(crate) mod roll_overs;
pub(crate) mod summaries;
pub(crate) mod webhooks;

use crate::http::routes::Routes;

/// The tags in the order a reader meets them, each with its sentence.
const TAGS: [(&str, &str); 23] = [
    ("sessions", "Log in, stay logged in, log out, change one's password."),
    ("users", "Accounts: who may log in, in which role, for which unit or area."),
    ("clients", "Machine clients: their scopes and secrets, and the tokens they get."),
    ("proposals", "Requests that wait for a second person: approved, refused or withdrawn."),
    (
        "industries",
        "The industry tree; its leaves are the lines that carry envelopes and projects.",
    ),
    ("areas", "Reporting areas: counties and municipal zones."),
    ("units", "Responsible units: departments, zones, enterprises."),
    ("plans", "What a year's plan document promised: envelopes, targets, measures."),
    ("projects", "The register of major projects: facts, stages, responsible units, history."),
    (
        "year_plans",
        "What a project is to invest in a year, in versions that are never overwritten.",
    ),
    (
        "roll_overs",
        "What of a year is unfinished and goes on into the next: proposed, changed, confirmed.",
    ),
    ("milestones", "Milestones with baseline, forecast and actual date."),
    ("reports", "Monthly reports: drafted, submitted, returned, confirmed."),
    (
        "reporting_months",
        "The monthly rhythm: opened, due, closed; who has filed, who may file late.",
    ),
    ("imports", "Files in: workbooks and CSV, tried or taken whole; templates to fill in."),
    ("jobs", "Work that goes on after its request was answered: state, progress, result."),
    (
        "issues",
        "What others have to solve: raised, assigned, worked on, escalated, returned, cleared.",
    ),
    (
        "lights",
        "Green, yellow, red: the rules, what they find, and a person's word where one stands.",
    ),
    ("events", "The change feed: what was done, in a gap-free sequence, with the fields changed."),
    ("webhooks", "The change feed, posted to receivers: signed, retried, listed, repeated."),
    (
        "webhook_messages",
        "What a receiver of webhooks has to serve: the requests this program sends.",
    ),
    ("bulletins", "Months as they were published: frozen, chained by their hashes, never altered."),
    ("summaries", "Aggregates, exact to the 分: the promise table, investment, trend."),
];

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
        .and(access_log::routes())
        .and(proposals::routes())
        .and(personal_data::routes())
        .and(oc4ids::routes())
        .and(imports::routes())
        .and(jobs::routes())
        .with_tags(&TAGS)
}
