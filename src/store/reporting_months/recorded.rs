//! Reporting months and late grants in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LateGrantId, ReportingMonthId, UnitId};
use crate::domain::month::Month;
use crate::domain::reporting_month::{MonthState, ReportingMonth};
use crate::store::reporting_months::grants::NamedGrant;

/// A reporting month.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedReportingMonth {
    id: ReportingMonthId,
    month: Month,
    opens_on: NaiveDate,
    due_on: NaiveDate,
    state: MonthState,
    closed_at: Option<Timestamp>,
    version: i64,
}

impl From<&ReportingMonth> for RecordedReportingMonth {
    fn from(month: &ReportingMonth) -> Self {
        Self {
            id: month.id,
            month: month.month,
            opens_on: month.opens_on,
            due_on: month.due_on,
            state: month.state,
            closed_at: month.closed_at,
            version: month.version,
        }
    }
}

/// A late grant, at the time it was given.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedLateGrant<'a> {
    id: LateGrantId,
    unit_id: UnitId,
    unit: &'a str,
    until: Timestamp,
    active: bool,
    reason: &'a str,
    granted_at: Timestamp,
}

impl<'a> From<&'a NamedGrant> for RecordedLateGrant<'a> {
    fn from(named: &'a NamedGrant) -> Self {
        let NamedGrant { grant, unit } = named;
        Self {
            id: grant.id,
            unit_id: grant.unit_id,
            unit,
            until: grant.until,
            active: grant.is_active(grant.granted_at),
            reason: &grant.reason,
            granted_at: grant.granted_at,
        }
    }
}
