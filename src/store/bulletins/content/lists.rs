//! Stored lists of a bulletin: filings, restatements and issues.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::domain::report::filings::FilingStatus;

/// Number of reports owed in the month, by status.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Filings {
    /// Reports owed.
    pub due: i64,
    /// Confirmed reports.
    pub confirmed: i64,
    /// Submitted reports that await review.
    pub submitted: i64,
    /// Returned reports that were not resubmitted.
    pub returned: i64,
    /// Reports that were not submitted.
    pub missing: i64,
    /// Reports owed that are late.
    pub late: i64,
}

/// A report of the month that was late, is missing or was returned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LateReport {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The code of the project's industry line.
    pub industry: String,
    /// The code of the project's area.
    pub area: String,
    /// The names of the project's owning units.
    pub owners: Vec<String>,
    /// Status of the report.
    pub status: FilingStatus,
    /// State of the report; `None` if none was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportState>,
    /// True if it was first submitted after the due date, or is overdue and was never submitted.
    pub late: bool,
    /// Business day of the first submission; `None` if it was never submitted.
    pub first_submitted_on: Option<NaiveDate>,
}

/// A restatement of a closed month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Restatement {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Month that was restated.
    pub month: Month,
    /// Correction of the month's completed investment, in 万元.
    pub amount_wan: Fen,
    /// Reason for the restatement.
    pub reason: String,
    /// Person who approved it.
    pub approver: String,
    /// Time it was entered.
    pub created_at: Timestamp,
}

/// An issue as it was when the month was closed.
///
/// It is rebuilt from events, some of which may lack a field that another release wrote. Such a
/// field is `None` here and null in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issue {
    /// The issue's id.
    pub id: IssueId,
    /// The project's name.
    pub project: String,
    /// The project's id.
    pub project_id: ProjectId,
    /// Short title.
    #[serde(default)]
    pub title: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<IssueCategory>,
    /// The level of government that has to coordinate it.
    #[serde(default)]
    pub level: Option<IssueLevel>,
    /// What is requested, and of whom.
    #[serde(default)]
    pub asked: Option<String>,
    /// Day by which it should be cleared.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// State at that time.
    #[serde(default)]
    pub state: Option<IssueState>,
    /// The units it was assigned to, the leading unit first.
    #[serde(default)]
    pub units: Vec<IssueUnit>,
    /// Business day on which it was first raised.
    #[serde(default)]
    pub raised_on: Option<NaiveDate>,
    /// Username of the account that raised it.
    #[serde(default)]
    pub raised_by: Option<String>,
    /// Business day on which it was cleared; `None` in a bulletin.
    #[serde(default)]
    pub cleared_on: Option<NaiveDate>,
    /// Days since it was raised.
    #[serde(default)]
    pub age_days: Option<i64>,
    /// True if it was past its due date.
    #[serde(default)]
    pub overdue: bool,
}

/// A unit to which an issue is assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssueUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// True for the leading unit.
    #[serde(default)]
    pub leads: bool,
}
