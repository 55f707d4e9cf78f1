//! Restatements: the only way a closed month changes.

use crate::domain::id::RestatementId;
use crate::domain::report::Report;
use crate::domain::report::restatement::{Restatement, check_amount, standing};
use crate::domain::reporting_month::ReportingMonth;
use crate::domain::text::{Name, Reason};
use crate::store::events::{self, Event, changes};
use crate::store::reports::recorded::RecordedRestatement;
use crate::store::reports::restatements;
use crate::store::{Conn, projects, reporting_months, reports};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::input::RestatementInput;
use crate::usecases::reports::view::RestatementView;

/// A restatement that was decided on and is to be saved.
pub(crate) struct RestatementChange {
    restatement: Restatement,
    /// The report of the month, whose version moves: its answer shows its restatements.
    report: Option<Report>,
    stamp: Stamp,
}

/// Adds an amount to what a project completed in a closed month.
///
/// # Errors
/// Not found; a conflict unless the month is closed; invalid when the month would fall below zero
/// or a field is wrong.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    key: ReportKey,
    input: &RestatementInput,
) -> Result<RestatementChange, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    let month: ReportingMonth = reporting_months::opened::<Refusal>(ask.conn, key.month)?;
    month.must_be_closed()?;
    let report = reports::find(ask.conn, key.project, key.month)?;
    let earlier = restatements::list(ask.conn, key.project, Some(key.month))?;
    let standing = standing(report.as_ref(), &earlier);
    let mut check = Check::new();
    let amount = check.field("/amount_wan", check_amount(input.amount_wan, standing));
    let reason = check.field("/reason", Reason::parse(&input.reason));
    let approver = check.field("/approver", Name::parse(&input.approver));
    let ((amount, reason), approver) = check.done(amount.zip(reason).zip(approver))?;
    let stamp = ask.stamp();
    let restatement = Restatement {
        id: RestatementId(0),
        project_id: key.project,
        month: key.month,
        amount,
        reason: reason.into_string(),
        approver: approver.into_string(),
        created_at: stamp.now.instant,
        created_by: stamp.author.user_id(),
    };
    Ok(RestatementChange { restatement, report, stamp })
}

/// Saves a restatement and records its event.
///
/// # Errors
/// Stale when somebody else changed the report.
pub(crate) fn save(conn: &mut Conn, change: RestatementChange) -> Result<RestatementView, Refusal> {
    let RestatementChange { restatement, report, stamp } = change;
    let id = restatements::insert(conn, &restatement)?;
    if let Some(report) = &report {
        reports::save(conn, report)?;
    }
    let restated = Restatement { id, ..restatement };
    let changes = changes(None, &RecordedRestatement::from(&restated));
    let project = restated.project_id;
    let event = Event::of_project("report.restated", "restatement", id.0, project, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(restated.into())
}
