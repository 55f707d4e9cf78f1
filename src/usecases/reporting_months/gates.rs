//! What the state of a reporting month allows: filing, reviewing, changes that take effect in it.

use crate::domain::account::access::Role;
use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::domain::project::Project;
use crate::domain::report::{ReportState, may_file_when_terminated, may_report};
use crate::domain::reporting_month::{Leave, ReportingMonth};
use crate::store::reporting_months::grants;
use crate::store::{Conn, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// A report that is to be filed.
#[derive(Clone, Copy, Debug)]
pub struct Filing<'a> {
    /// The project.
    pub project: &'a Project,
    /// The month.
    pub month: Month,
    /// The report's state; `None` when there is none yet.
    pub state: Option<ReportState>,
}

/// Refuses unless the caller may file the report now; keeps its month open until the transaction
/// ends.
///
/// # Errors
/// Those of [`may_report`]; `project-terminated`; `month-not-open`, `month-overdue`, `month-closed`.
pub fn must_be_fileable(ask: &mut Ask<'_>, filing: Filing<'_>) -> Result<(), Refusal> {
    let month = fileable_month(ask, filing)?;
    Ok(reporting_months::hold(ask.conn, &month)?)
}

/// The month of the report, if the caller may file it now. Holds nothing.
///
/// # Errors
/// As [`must_be_fileable`].
pub fn fileable_month(ask: &mut Ask<'_>, filing: Filing<'_>) -> Result<ReportingMonth, Refusal> {
    may_report(filing.project, filing.month, ask.now.today)?;
    let month: ReportingMonth = reporting_months::opened::<Refusal>(ask.conn, filing.month)?;
    let granted = is_granted(ask, &month, filing.project.id)?;
    may_file_when_terminated(filing.project, filing.state, granted)?;
    let leave = Leave {
        commission: ask.caller.user.role == Role::Commission,
        granted,
        returned: filing.state == Some(ReportState::Returned),
    };
    month.may_file(ask.now.today, leave)?;
    Ok(month)
}

/// True if the caller's unit has an active late grant in the month; for a caller without unit, any
/// unit of the project.
pub(super) fn is_granted(
    ask: &mut Ask<'_>,
    month: &ReportingMonth,
    project: ProjectId,
) -> Result<bool, Refusal> {
    let unit = ask.caller.user.unit_id;
    Ok(grants::is_granted(ask.conn, month.id, project, unit, ask.now.instant)?)
}

/// Refuses when the month of a report is closed; keeps it open until the transaction ends.
///
/// # Errors
/// `month-not-open`, `month-closed`.
pub fn must_be_reviewable(conn: &mut Conn, month: Month) -> Result<(), Refusal> {
    let month: ReportingMonth = reporting_months::opened::<Refusal>(conn, month)?;
    month.must_not_be_closed()?;
    Ok(reporting_months::hold(conn, &month)?)
}

/// Keeps the month in which a change takes effect open until the transaction ends. A month that
/// was never opened is accepted.
///
/// # Errors
/// `month-closed`.
pub fn must_not_be_closed(conn: &mut Conn, month: Month) -> Result<(), Refusal> {
    if let Some(month) = reporting_months::find(conn, month)? {
        month.must_not_be_closed()?;
        reporting_months::hold(conn, &month)?;
    }
    Ok(())
}
