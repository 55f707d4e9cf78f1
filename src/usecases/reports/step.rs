//! Steps of a report: submission, return, confirmation.

use crate::domain::account::access::{Role, may_return_report};
use crate::domain::project::Project;
use crate::domain::report::span::ReportingSpan;
use crate::domain::report::warning::warnings;
use crate::domain::report::{Report, ReportState, Step};
use crate::domain::text::Reason;
use crate::store::projects::units as project_units;
use crate::store::reports::filed;
use crate::store::{projects, reports};
use crate::usecases::ask::Ask;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::{Filing, must_be_fileable, must_be_reviewable};
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::context::compared_with;
use crate::usecases::reports::input::ReportReturn;
use crate::usecases::reports::write::ReportChange;

/// Hands the draft, or a returned report, over for review.
///
/// # Errors
/// Not found; a conflict when it is no draft, a month of zero has no reason, or its month does not
/// take it.
pub fn decide_submission(ask: &mut Ask<'_>, key: ReportKey) -> Result<ReportChange, Refusal> {
    decide(ask, key, "report.submitted", |ask, project, report| {
        let state = Some(report.state);
        must_be_fileable(ask, Filing { project, month: report.month, state })?;
        let warned = warnings(
            &report.figures,
            &compared_with(ask.conn, project, report.month, ask.now.today)?,
        );
        let submitted = report.submit(project.stage, ask.now.today, by(ask))?;
        Ok(Report { warnings: warned, ..submitted })
    })
}

/// Sends a submitted or confirmed report back to its owner.
///
/// # Errors
/// Not found; forbidden unless the caller reviews this report; a conflict when it was not
/// submitted or its month is closed; invalid without a reason.
pub fn decide_return(
    ask: &mut Ask<'_>,
    key: ReportKey,
    input: &ReportReturn,
) -> Result<ReportChange, Refusal> {
    let mut check = Check::new();
    let reason = check.field("/reason", Reason::parse(&input.reason));
    let reason = check.done(reason)?;
    decide(ask, key, "report.returned", |ask, project, report| {
        must_be_reviewer(ask, project, &report)?;
        must_be_reviewable(ask.conn, report.month)?;
        Ok(report.send_back(&reason)?)
    })
}

/// Takes a submitted report into the figures.
///
/// # Errors
/// Not found; a conflict when it was not submitted, its month is closed, or its project had not
/// started or had ended in the month.
pub fn decide_confirmation(ask: &mut Ask<'_>, key: ReportKey) -> Result<ReportChange, Refusal> {
    decide(ask, key, "report.confirmed", |ask, project, report| {
        ReportingSpan::of(project).must_contain(report.month)?;
        must_be_reviewable(ask.conn, report.month)?;
        // Total, plan and other months may have changed since it was submitted.
        let context = compared_with(ask.conn, project, report.month, ask.now.today)?;
        let warned = warnings(&report.figures, &context);
        Ok(Report { warnings: warned, ..report.confirm(by(ask))? })
    })
}

fn decide(
    ask: &mut Ask<'_>,
    key: ReportKey,
    kind: &'static str,
    rule: impl FnOnce(&mut Ask<'_>, &Project, Report) -> Result<Report, Refusal>,
) -> Result<ReportChange, Refusal> {
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    let old = reports::get(ask.conn, key.project, key.month)?;
    let before = Some(filed::of(ask.conn, old.clone())?);
    let report = rule(ask, &project, old)?;
    let stamp = ask.stamp();
    let language = ask.language;
    Ok(ReportChange { kind, before, report, mentions: None, stamp, language })
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
