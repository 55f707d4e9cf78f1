//! Answers about reporting months.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::ReportingMonthId;
use crate::domain::month::Month;
use crate::domain::reporting_month::{MonthState, ReportingMonth};
use crate::usecases::answer::Versioned;

/// A month in which reports are owed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportingMonth)]
pub(crate) struct ReportingMonthView {
    /// The month's id.
    pub id: ReportingMonthId,
    /// The month.
    pub month: Month,
    /// The first day on which reports are taken.
    pub opens_on: NaiveDate,
    /// The last day on which reports are in time.
    pub due_on: NaiveDate,
    /// Where it stands; a closed month's figures are locked.
    pub state: MonthState,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The version, which is the ETag.
    pub version: i64,
}

impl From<ReportingMonth> for ReportingMonthView {
    fn from(month: ReportingMonth) -> Self {
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

impl Versioned for ReportingMonthView {
    fn version(&self) -> i64 {
        self.version
    }
}
