//! Who has filed, who is late, what is missing.

use chrono::NaiveDate;

use crate::domain::report::ReportState;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What became of one report that is owed.
    FilingStatus {
        /// Counted.
        Confirmed = "confirmed" "已确认",
        /// Waits for a decision.
        Submitted = "submitted" "待审核",
        /// Sent back and not yet put right.
        Returned = "returned" "已退回",
        /// Begun and not handed over, or not begun.
        Missing = "missing" "未报",
    }
}

impl FilingStatus {
    /// What a report in `state`, or none, comes to.
    pub fn of(state: Option<ReportState>) -> Self {
        match state {
            Some(ReportState::Confirmed) => Self::Confirmed,
            Some(ReportState::Submitted) => Self::Submitted,
            Some(ReportState::Returned) => Self::Returned,
            Some(ReportState::Draft) | None => Self::Missing,
        }
    }
}

/// Whether a report first submitted on `filed_on`, or never, is late on `today`.
pub fn is_late(due_on: NaiveDate, filed_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    filed_on.unwrap_or(today) > due_on
}

/// How many of the reports that are owed came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filings {
    /// Owed in all: the sum of the four below.
    pub due: i64,
    /// Counted.
    pub confirmed: i64,
    /// Waiting for a decision.
    pub submitted: i64,
    /// Sent back.
    pub returned: i64,
    /// Not handed over.
    pub missing: i64,
    /// Of all these, handed over after the due date, or overdue now.
    pub late: i64,
}

impl Filings {
    /// Counts one report.
    pub fn count(&mut self, status: FilingStatus, late: bool) {
        self.due += 1;
        self.late += i64::from(late);
        match status {
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
    fn the_parts_sum_to_what_is_due() {
        let mut filings = Filings::default();
        for status in FilingStatus::ALL {
            filings.count(*status, *status == FilingStatus::Missing);
        }

        let parts = filings.confirmed + filings.submitted + filings.returned + filings.missing;
        assert_eq!((filings.due, parts, filings.late), (4, 4, 1));
    }
}
