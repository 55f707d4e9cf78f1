//! What a monthly report counts as in its month: confirmed, submitted, returned or missing; late or
//! on time.
//!
//! The only place of this rule. `ProjectYear::owes_report_of` says which projects owe a report, by
//! the rule of [`span`](super::span); `ProjectYear::counted_report` applies both. The page of a month, the filing list, the months of a
//! year, bulletins and the coverage of summaries all count through them.

use chrono::NaiveDate;

use crate::domain::report::ReportState;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Filing status of a required monthly report.
    FilingStatus {
        /// Confirmed.
        Confirmed = "confirmed" "已确认",
        /// Submitted; waits for review.
        Submitted = "submitted" "待审核",
        /// Returned and not yet resubmitted.
        Returned = "returned" "已退回",
        /// Draft, or not started.
        Missing = "missing" "未报",
    }
}

impl FilingStatus {
    /// Filing status of a report in `state`; `None` if there is no report.
    pub(crate) fn of(state: Option<ReportState>) -> Self {
        match state {
            Some(ReportState::Confirmed) => Self::Confirmed,
            Some(ReportState::Submitted) => Self::Submitted,
            Some(ReportState::Returned) => Self::Returned,
            Some(ReportState::Draft) | None => Self::Missing,
        }
    }

    /// What a month's report counts as; `None` if it does not count.
    ///
    /// A report counts if it is owed. One that was submitted or confirmed without being owed
    /// counts too, because its amount does: so every list and every sum has the same reports.
    pub(crate) fn counted(state: Option<ReportState>, owed: bool) -> Option<Self> {
        let status = Self::of(state);
        (owed || status.is_filed()).then_some(status)
    }

    /// True if the report is submitted or confirmed.
    pub(crate) fn is_filed(self) -> bool {
        match self {
            Self::Confirmed | Self::Submitted => true,
            Self::Returned | Self::Missing => false,
        }
    }
}

/// True if a report first submitted on `filed_on` is late on `today`.
///
/// `None` means that it was never submitted.
pub(crate) fn is_late(due_on: NaiveDate, filed_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    filed_on.unwrap_or(today) > due_on
}

/// What decides whether a report is late.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    /// Last day on which reports of the month are on time; `None` if the month was never opened.
    pub due_on: Option<NaiveDate>,
    /// The business day.
    pub today: NaiveDate,
}

/// A report that counts in its month: owed, or filed without being owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountedReport {
    /// Filing status.
    pub status: FilingStatus,
    /// State of the report; `None` if it was not begun.
    pub state: Option<ReportState>,
    /// Business day of the first submission; `None` if it was never submitted.
    pub first_submitted_on: Option<NaiveDate>,
    /// True if it was first submitted after the due date, or is overdue and was never submitted.
    pub late: bool,
}

impl CountedReport {
    /// True if the report is late or not filed: what a bulletin lists.
    pub(crate) fn is_behind(&self) -> bool {
        self.late || !self.status.is_filed()
    }
}

/// Number of counted reports by filing status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filings {
    /// Counted reports: the sum of confirmed, submitted, returned and missing.
    pub due: i64,
    /// Confirmed reports.
    pub confirmed: i64,
    /// Submitted reports that wait for review.
    pub submitted: i64,
    /// Returned reports.
    pub returned: i64,
    /// Reports not submitted.
    pub missing: i64,
    /// Those submitted after the due date or overdue today; included in the numbers above.
    pub late: i64,
}

impl Filings {
    /// Adds one report.
    pub(crate) fn count(&mut self, report: CountedReport) {
        self.due += 1;
        self.late += i64::from(report.late);
        match report.status {
            FilingStatus::Confirmed => self.confirmed += 1,
            FilingStatus::Submitted => self.submitted += 1,
            FilingStatus::Returned => self.returned += 1,
            FilingStatus::Missing => self.missing += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project::tests::day;

    #[test]
    fn late_is_what_came_after_the_due_date_or_has_not_come() {
        let due = day("2021-07-05");

        assert!(!is_late(due, Some(day("2021-07-05")), day("2021-08-01")));
        assert!(is_late(due, Some(day("2021-07-06")), day("2021-08-01")));
        assert!(is_late(due, None, day("2021-07-06")));
        assert!(!is_late(due, None, day("2021-07-05")));
    }

    #[test]
    fn what_was_filed_without_being_owed_counts_and_a_draft_does_not() {
        let counted = |state| FilingStatus::counted(state, false);

        assert_eq!(counted(Some(ReportState::Confirmed)), Some(FilingStatus::Confirmed));
        assert_eq!(counted(Some(ReportState::Submitted)), Some(FilingStatus::Submitted));
        for unfiled in [Some(ReportState::Returned), Some(ReportState::Draft), None] {
            assert_eq!(counted(unfiled), None);
            assert_eq!(FilingStatus::counted(unfiled, true), Some(FilingStatus::of(unfiled)));
        }
    }

    #[test]
    fn the_parts_sum_to_what_is_due() {
        let mut filings = Filings::default();
        for status in FilingStatus::ALL {
            let late = *status == FilingStatus::Missing;
            let report =
                CountedReport { status: *status, state: None, first_submitted_on: None, late };
            filings.count(report);
        }

        let parts = filings.confirmed + filings.submitted + filings.returned + filings.missing;
        assert_eq!((filings.due, parts, filings.late), (4, 4, 1));
    }
}
