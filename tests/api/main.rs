//! Tests of the whole program over HTTP. Every test runs on SQLite and, if its binaries are
//! installed or `TEST_DATABASE_URL` is set, on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::unused_async,
    reason = "a test stops at the first surprise"
)]
#![expect(clippy::too_many_lines, reason = "a test tells one story")]
#![expect(unreachable_pub, reason = "a test binary has no outside")]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests' own environment decides where PostgreSQL is"
)]
#![expect(clippy::print_stdout, reason = "what was not tested must be said")]

mod support;

mod access;
mod access_days;
mod access_log;
mod attempts;
mod backups;
mod bad_input;
mod batches;
mod bulletins;
mod client_proposals;
mod clients;
mod closed;
mod commands;
mod concurrency;
mod digests;
mod disk_full;
mod documents;
mod exports;
mod failures;
mod feed;
mod feed_subjects;
mod floors;
mod free_text;
mod golden;
mod headers;
mod idempotency;
mod import_cells;
mod import_files;
mod import_lists;
mod import_rows;
mod imports;
mod in_flight;
mod issues;
mod jobs;
mod killed;
mod lights;
mod limits;
mod list_templates;
mod lists;
mod log_lines;
mod milestones;
mod modules;
mod oc4ids;
mod open_sessions;
mod pages;
mod pages_register;
mod pages_work;
mod passwords;
mod personal_data;
mod plain_text;
mod private_files;
mod project_figures;
mod projects;
mod proposals;
mod proxies;
mod quotas;
mod rankings;
mod real_lists;
mod rebuild;
mod record;
mod records;
mod reference;
mod reporting_months;
mod reports;
mod restatements;
mod roll_overs;
mod schema;
mod search;
mod security_rows;
mod sessions;
mod sheets;
mod starts;
mod summaries;
mod tampering;
mod tokens;
mod totp;
mod unknown_totals;
mod users;
mod webhooks;
mod webhooks_keeping;
mod who_files;
mod write_ahead;
mod year;
mod year_plans;

use std::process::ExitCode;

use libtest_mimic::Arguments;
use support::run::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::open();
    suite.once(floors::ALL);
    suite.once(documents::ALL);
    suite.once(golden::ONCE);
    suite.once(security_rows::ALL);
    suite.on_each(sessions::ALL);
    suite.on_each(open_sessions::ALL);
    suite.on_each(totp::ALL);
    suite.on_each(tokens::ALL);
    suite.on_each(log_lines::ALL);
    suite.on_each(exports::ALL);
    suite.on_each(rebuild::ALL);
    suite.on_each(record::ALL);
    suite.on_each(tampering::ALL);
    suite.on_each(records::ALL);
    suite.on_each(feed_subjects::ALL);
    suite.on_each(lists::ALL);
    suite.on_each(sheets::ALL);
    suite.on_each(attempts::ALL);
    suite.on_each(failures::ALL);
    suite.on_each(headers::ALL);
    suite.on_each(in_flight::ALL);
    suite.on_each(passwords::ALL);
    suite.on_each(proxies::ALL);
    suite.on_each(private_files::ALL);
    suite.on_each(users::ALL);
    suite.on_each(webhooks::ALL);
    suite.on_each(webhooks_keeping::ALL);
    suite.on_each(access::ALL);
    suite.on_each(access_log::ALL);
    suite.on_each(access_days::ALL);
    suite.on_each(quotas::ALL);
    suite.once(quotas::ONCE);
    suite.on_each(proposals::ALL);
    suite.on_each(client_proposals::ALL);
    suite.on_each(reference::ALL);
    suite.on_each(pages_work::ALL);
    suite.on_each(projects::ALL);
    suite.on_each(milestones::ALL);
    suite.on_each(reports::ALL);
    suite.on_each(reporting_months::ALL);
    suite.on_each(who_files::ALL);
    suite.on_each(limits::ALL);
    suite.on_each(restatements::ALL);
    suite.on_each(year_plans::ALL);
    suite.on_each(starts::ALL);
    suite.on_each(idempotency::ALL);
    suite.on_each(feed::ALL);
    suite.on_each(digests::ALL);
    suite.on_each(oc4ids::ALL);
    suite.on_each(imports::ALL);
    suite.on_each(import_cells::ALL);
    suite.on_each(import_rows::ALL);
    suite.on_each(import_files::ALL);
    suite.on_each(import_lists::ALL);
    suite.on_each(list_templates::ALL);
    suite.on_each(real_lists::ALL);
    suite.on_each(unknown_totals::ALL);
    suite.on_each(free_text::ALL);
    suite.on_each(personal_data::ALL);
    suite.on_each(issues::ALL);
    suite.on_each(jobs::ALL);
    suite.on_each(pages::ALL);
    suite.on_each(killed::ALL);
    suite.on_each(bulletins::ALL);
    suite.on_each(closed::ALL);
    suite.on_each(golden::ALL);
    suite.on_each(golden::workbook::ALL);
    suite.on_each(clients::ALL);
    suite.on_each(roll_overs::ALL);
    suite.on_each(lights::ALL);
    suite.on_each(rankings::ALL);
    suite.on_each(project_figures::ALL);
    suite.on_each(pages_register::ALL);
    suite.on_each(summaries::ALL);
    suite.on_each(bad_input::ALL);
    suite.on_each(batches::ALL);
    suite.on_each(plain_text::ALL);
    suite.on_each(search::ALL);
    suite.on_each(concurrency::ALL);
    suite.on_each(commands::ALL);
    suite.on_each(backups::ALL);
    suite.on_each(write_ahead::ALL);
    suite.on_each(disk_full::ALL);
    suite.on_each(schema::ALL);
    suite.on_both(schema::PARITY);
    suite.on_each(year::ALL);
    suite.on_both(summaries::SAME);
    suite.on_both(digests::SAME);
    suite.on_both(oc4ids::SAME);
    suite.on_both(year::SAME);
    let mut arguments = Arguments::from_args();
    // A test waits for the disk and for intervals more than it computes.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads.get_or_insert(2 * cores);
    suite.run(&arguments)
}
