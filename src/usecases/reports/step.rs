//! Steps of a report: submission, return, confirmation.

use crate::domain::account::access::{Role, may_return_report};
use crate::domain::project::Project;
use crate::domain::report::span::ReportingSpan;
use crate::domain::report::warning::warnings;
use crate::domain::report::{Report, ReportState, Step};
use crate::domain::text::Reason;
use crate::store::projects::units as project_units;
use crate::store::reports::filed::FiledReport;
use crate::usecases::ask::Ask;
use crate::usecases::check::Check;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::Filing;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::facts::{ProjectReports, ReportFacts};
use crate::usecases::reports::input::ReportReturn;
use crate::usecases::reports::write::ReportChange;

/// Hands the draft, or a returned report, over for review.
///
/// # Errors
/// Not found; a conflict when it is no draft, a month of zero has no reason, or its month does not
/// take it.
pub(crate) fn decide_submission(
    ask: &mut Ask<'_>,
    key: ReportKey,
) -> Result<ReportChange, Refusal> {
    let facts = ReportFacts::load(ask, &[key])?;
    let change = submission(ask, &facts, key, Expected::Any)?;
    facts.months.hold(ask.conn, key.month)?;
    Ok(change)
}

/// As [`decide_submission`], from facts that are loaded, of a report in the `expected` version; the
/// month is still to be held open.
///
/// # Errors
/// As [`decide_submission`]; stale.
pub(in crate::usecases) fn submission(
    ask: &Ask<'_>,
    facts: &ReportFacts,
    key: ReportKey,
    expected: Expected,
) -> Result<ReportChange, Refusal> {
    let (of_project, old) = report_of(facts, key)?;
    let project = &of_project.project;
    let filing = Filing { project, month: key.month, state: Some(old.report.state) };
    facts.months.must_take(filing, &of_project.units, ask.caller, ask.now.today)?;
    let report = read_at(&old, expected);
    let context = of_project.compared_with(key.month, ask.now.today);
    let warned = warnings(&report.figures, &context);
    let submitted = report.submit(project.stage, ask.now.today, by(ask))?;
    let report = Report { warnings: warned, ..submitted };
    step(ask, "report.submitted", old, report)
}

/// Sends a submitted or confirmed report back to its owner.
///
/// # Errors
/// Not found; forbidden unless the caller reviews this report; a conflict when it was not
/// submitted or its month is closed; invalid without a reason.
pub(crate) fn decide_return(
    ask: &mut Ask<'_>,
    key: ReportKey,
    input: &ReportReturn,
) -> Result<ReportChange, Refusal> {
    let mut check = Check::new();
    let reason = check.field("/reason", Reason::parse(&input.reason));
    let reason = check.done(reason)?;
    let facts = ReportFacts::load(ask, &[key])?;
    let (of_project, old) = report_of(&facts, key)?;
    must_be_reviewer(ask, &of_project.project, &old.report)?;
    facts.months.must_be_reviewable(key.month)?;
    let report = old.report.clone().send_back(&reason)?;
    facts.months.hold(ask.conn, key.month)?;
    step(ask, "report.returned", old, report)
}

/// Takes a submitted report into the figures.
///
/// # Errors
/// Not found; a conflict when it was not submitted, its month is closed, or its project had not
/// started or had ended in the month.
pub(crate) fn decide_confirmation(
    ask: &mut Ask<'_>,
    key: ReportKey,
) -> Result<ReportChange, Refusal> {
    let facts = ReportFacts::load(ask, &[key])?;
    let change = confirmation(ask, &facts, key, Expected::Any)?;
    facts.months.hold(ask.conn, key.month)?;
    Ok(change)
}

/// As [`decide_confirmation`], from facts that are loaded, of a report in the `expected` version;
/// the month is still to be held open.
///
/// # Errors
/// As [`decide_confirmation`]; stale.
pub(super) fn confirmation(
    ask: &Ask<'_>,
    facts: &ReportFacts,
    key: ReportKey,
    expected: Expected,
) -> Result<ReportChange, Refusal> {
    let (of_project, old) = report_of(facts, key)?;
    ReportingSpan::of(&of_project.project).must_contain(key.month)?;
    facts.months.must_be_reviewable(key.month)?;
    let report = read_at(&old, expected);
    // Total, plan and other months may have changed since it was submitted.
    let context = of_project.compared_with(key.month, ask.now.today);
    let warned = warnings(&report.figures, &context);
    let report = Report { warnings: warned, ..report.confirm(by(ask))? };
    step(ask, "report.confirmed", old, report)
}

fn report_of(
    facts: &ReportFacts,
    key: ReportKey,
) -> Result<(&ProjectReports, FiledReport), Refusal> {
    let of_project = facts.of(key.project)?;
    let filed = of_project.filed(key.month).ok_or_else(Refusal::not_found)?;
    Ok((of_project, filed))
}

fn read_at(old: &FiledReport, expected: Expected) -> Report {
    Report { version: expected.of(old.report.version), ..old.report.clone() }
}

fn step(
    ask: &Ask<'_>,
    kind: &'static str,
    before: FiledReport,
    report: Report,
) -> Result<ReportChange, Refusal> {
    let issue_ids = before.issue_ids.clone();
    ReportChange::new(ask, kind, before, report, issue_ids)
}

fn by(ask: &Ask<'_>) -> Step {
    Step { by: Some(ask.caller.user.id), at: ask.now.instant }
}

/// A unit reviews where it leads, regulates or is the territory, and not where it only owns. Only
/// the commission takes back a confirmed report.
fn must_be_reviewer(ask: &mut Ask<'_>, project: &Project, report: &Report) -> Result<(), Refusal> {
    let user = &ask.caller.user;
    let may = match user.role {
        Role::Commission => true,
        _ if report.state == ReportState::Confirmed => false,
        Role::Unit => match user.unit_id {
            Some(unit) => may_return_report(&project_units::roles(ask.conn, project.id, unit)?),
            None => false,
        },
        Role::Area => true,
        Role::Viewer | Role::Auditor | Role::Admin => false,
    };
    if may { Ok(()) } else { Err(Refusal::forbidden()) }
}
