//! Milestones in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::id::MilestoneId;
use crate::domain::milestone::{Milestone, MilestoneClass};

/// A milestone, with its slippage on the day of the event.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedMilestone<'a> {
    id: MilestoneId,
    code: &'a str,
    name: &'a str,
    class: MilestoneClass,
    position: i32,
    baseline_date: NaiveDate,
    forecast_date: Option<NaiveDate>,
    forecast_reason: &'a str,
    actual_date: Option<NaiveDate>,
    slippage_days: Option<i64>,
    weight: i32,
    document_number: &'a str,
    evidence: &'a str,
    version: i64,
}

impl<'a> RecordedMilestone<'a> {
    /// `milestone` as recorded on `today`.
    pub(crate) fn of(milestone: &'a Milestone, today: NaiveDate) -> Self {
        Self {
            id: milestone.id,
            code: &milestone.code,
            name: &milestone.name,
            class: milestone.class,
            position: milestone.position,
            baseline_date: milestone.baseline,
            forecast_date: milestone.forecast,
            forecast_reason: &milestone.forecast_reason,
            actual_date: milestone.actual,
            slippage_days: milestone.slippage_days(today),
            weight: milestone.weight,
            document_number: &milestone.document_number,
            evidence: &milestone.evidence,
            version: milestone.version,
        }
    }
}
