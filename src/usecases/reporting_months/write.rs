//! Opening, rescheduling and closing of reporting months.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::domain::reporting_month::{ReportingMonth, check_days};
use crate::store::events::{self, Event, changes};
use crate::store::reporting_months::recorded::RecordedReportingMonth;
use crate::store::{Conn, reporting_months, reports};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::precondition::Precondition;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// Opening date and due date of a reporting month.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ReportingMonthInput {
    /// First day on which reports can be filed; not before the first day of the month.
    pub opens_on: NaiveDate,
    /// Last day on which reports are on time; not before `opens_on`.
    pub due_on: NaiveDate,
}

impl ReportingMonthInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"opens_on": "2021-07-01", "due_on": "2021-07-05"})
    }
}

/// A reporting month that was decided on and is to be saved.
pub(crate) struct ReportingMonthChange {
    kind: &'static str,
    /// The month before; `None` when it is opened.
    before: Option<ReportingMonth>,
    month: ReportingMonth,
    stamp: Stamp,
}

/// Opens a month, or changes the dates of an open one.
///
/// # Errors
/// Invalid days; stale; not found; `month-closed`.
pub(crate) fn decide_dates(
    ask: &mut Ask<'_>,
    month: Month,
    precondition: Precondition,
    input: ReportingMonthInput,
) -> Result<ReportingMonthChange, Refusal> {
    let ReportingMonthInput { opens_on, due_on } = input;
    check_days(month, opens_on, due_on).map_err(Refusal::invalid)?;
    let before = reporting_months::find(ask.conn, month)?;
    let at = |old, version| ReportingMonth { version, ..old };
    let (kind, month) = match precondition.admits(before.clone(), |m| m.version, at)? {
        None => ("reporting_month.opened", ReportingMonth::opening(month, opens_on, due_on)),
        Some(old) => ("reporting_month.rescheduled", old.reschedule(opens_on, due_on)?),
    };
    Ok(ReportingMonthChange { kind, before, month, stamp: ask.stamp() })
}

/// Closes a month after its due date. Waits for the transactions that file or review in any month.
///
/// # Errors
/// Not found; `month-closed`, `month-not-due`, `month-unreviewed`.
pub(crate) fn decide_closing(
    ask: &mut Ask<'_>,
    month: Month,
) -> Result<ReportingMonthChange, Refusal> {
    reporting_months::lock(ask.conn)?;
    let old = reporting_months::get(ask.conn, month)?;
    let unreviewed = reports::count(ask.conn, month, ReportState::Submitted)?;
    let by = Some(ask.caller.user.id);
    let closed = old.clone().close(ask.now.today, unreviewed, ask.now.instant, by)?;
    let kind = "reporting_month.closed";
    Ok(ReportingMonthChange { kind, before: Some(old), month: closed, stamp: ask.stamp() })
}

/// Saves a month and records its event.
///
/// # Errors
/// A conflict when the month was opened meanwhile; stale when somebody else changed it.
pub(crate) fn save(
    conn: &mut Conn,
    change: ReportingMonthChange,
) -> Result<ReportingMonthView, Refusal> {
    let ReportingMonthChange { kind, before, month, stamp } = change;
    if before.is_some() {
        reporting_months::save(conn, &month)?;
    } else {
        reporting_months::insert(conn, &month)?;
    }
    let after = reporting_months::get(conn, month.month)?;
    let recorded = before.as_ref().map(RecordedReportingMonth::from);
    let changes = changes(recorded.as_ref(), &RecordedReportingMonth::from(&after));
    let event = Event::of(kind, "reporting_month", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}
