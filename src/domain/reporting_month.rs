//! The reporting month (报告期): when it opens, is due and closes, and who may still file.

use chrono::NaiveDate;

use super::clock::Timestamp;
use super::error::{FieldError, RuleError};
use super::id::{LateGrantId, ReportingMonthId, UnitId, UserId};
use super::month::Month;
use super::report::ReportState;
use super::text_enum::text_enum;
use super::words::Words;

text_enum! {
    /// Where a reporting month stands.
    MonthState {
        /// Reports can be filed and reviewed.
        Open = "open" "开放",
        /// Locked: its figures change only by a restatement.
        Closed = "closed" "已关闭",
        /// Locked, and its bulletin is out.
        Published = "published" "已通报",
    }
}

/// A month in which reports are owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportingMonth {
    /// Its id.
    pub id: ReportingMonthId,
    /// The month.
    pub month: Month,
    /// The first day on which reports are taken.
    pub opens_on: NaiveDate,
    /// The last day on which reports are in time.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: MonthState,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<UserId>,
    /// For the ETag.
    pub version: i64,
}

/// Lets one unit file after the due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateGrant {
    /// Its id.
    pub id: LateGrantId,
    /// The unit.
    pub unit_id: UnitId,
    /// The moment it ends by itself.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// When it was given.
    pub granted_at: Timestamp,
    /// By whom.
    pub granted_by: Option<UserId>,
}

impl LateGrant {
    /// Whether it still lasts.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// What lets somebody file after the due date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// The commission, which the due date does not bind.
    pub commission: bool,
    /// A unit with a grant that still lasts.
    pub granted: bool,
    /// The report was filed before and returned: putting it right is not filing late.
    pub returned: bool,
}

impl Leave {
    /// Whether a report in `state`, if there is one, was returned to be put right.
    #[must_use]
    pub fn or_returned(self, state: Option<ReportState>) -> Self {
        Self { returned: state == Some(ReportState::Returned), ..self }
    }

    fn any(self) -> bool {
        self.commission || self.granted || self.returned
    }
}

/// Checks the two days of a reporting month.
///
/// # Errors
/// Every wrong field: a month that opens before it begins, one that is due before it opens.
pub fn check_days(
    month: Month,
    opens_on: NaiveDate,
    due_on: NaiveDate,
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if opens_on < month.first_day() {
        let words = Words::new(
            format!("不能早于当月第一天（{}）。", month.first_day()),
            format!("Cannot lie before the month's first day, {}.", month.first_day()),
        );
        errors.push(FieldError::new("/opens_on", "before-start", words));
    }
    if due_on < opens_on {
        let words = Words::new(
            format!("截止日期不能早于开放日期（{opens_on}）。"),
            format!("Cannot lie before the day it opens, {opens_on}."),
        );
        errors.push(FieldError::new("/due_on", "before-start", words));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

impl ReportingMonth {
    /// A month to be opened; its id is given by the database.
    pub fn opening(month: Month, opens_on: NaiveDate, due_on: NaiveDate) -> Self {
        Self {
            id: ReportingMonthId(0),
            month,
            opens_on,
            due_on,
            state: MonthState::Open,
            closed_at: None,
            closed_by: None,
            version: 1,
        }
    }

    /// Refuses once the month is locked.
    ///
    /// # Errors
    /// [`RuleError::MonthClosed`].
    pub fn must_not_be_closed(&self) -> Result<(), RuleError> {
        match self.state {
            MonthState::Open => Ok(()),
            MonthState::Closed | MonthState::Published => Err(RuleError::MonthClosed(self.month)),
        }
    }

    /// Whether a report may be written or submitted on `today`.
    ///
    /// # Errors
    /// [`RuleError::MonthClosed`]; [`RuleError::MonthNotOpen`] before the day it opens;
    /// [`RuleError::MonthOverdue`] after the due date without `leave`.
    pub fn may_file(&self, today: NaiveDate, leave: Leave) -> Result<(), RuleError> {
        self.must_not_be_closed()?;
        if today < self.opens_on {
            let (month, opens_on) = (self.month, Some(self.opens_on));
            return Err(RuleError::MonthNotOpen { month, opens_on });
        }
        if today > self.due_on && !leave.any() {
            return Err(RuleError::MonthOverdue { month: self.month, due_on: self.due_on });
        }
        Ok(())
    }

    /// Moves the days of a month that is not locked.
    ///
    /// # Errors
    /// [`RuleError::MonthClosed`].
    pub fn reschedule(self, opens_on: NaiveDate, due_on: NaiveDate) -> Result<Self, RuleError> {
        self.must_not_be_closed()?;
        Ok(Self { opens_on, due_on, ..self })
    }

    /// Locks the month, `unreviewed` of whose reports still wait for a decision.
    ///
    /// A submitted report that was left would neither count nor be missing, and could not be
    /// confirmed any more.
    ///
    /// # Errors
    /// [`RuleError::MonthClosed`]; [`RuleError::MonthNotDue`] while reports are still in time;
    /// [`RuleError::MonthUnreviewed`].
    pub fn close(
        self,
        today: NaiveDate,
        unreviewed: i64,
        now: Timestamp,
        by: Option<UserId>,
    ) -> Result<Self, RuleError> {
        self.must_not_be_closed()?;
        if today <= self.due_on {
            return Err(RuleError::MonthNotDue { month: self.month, due_on: self.due_on });
        }
        if unreviewed > 0 {
            return Err(RuleError::MonthUnreviewed { month: self.month, count: unreviewed });
        }
        Ok(Self { state: MonthState::Closed, closed_at: Some(now), closed_by: by, ..self })
    }
}

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
    use super::super::project::tests::day;
    use super::*;

    fn june() -> ReportingMonth {
        let month = "2021-06".parse().unwrap();
        ReportingMonth::opening(month, day("2021-07-01"), day("2021-07-05"))
    }

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_625_621_000).unwrap()
    }

    fn code(result: Result<impl std::fmt::Debug, RuleError>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn filing_follows_the_state_of_the_month() {
        let nothing = Leave::default();
        let closed = june().close(day("2021-07-06"), 0, now(), None).unwrap();

        assert_eq!(code(june().may_file(day("2021-06-30"), nothing)), "month-not-open");
        assert_eq!(june().may_file(day("2021-07-01"), nothing), Ok(()));
        assert_eq!(june().may_file(day("2021-07-05"), nothing), Ok(()));
        assert_eq!(code(june().may_file(day("2021-07-06"), nothing)), "month-overdue");
        for leave in [
            Leave { commission: true, ..nothing },
            Leave { granted: true, ..nothing },
            nothing.or_returned(Some(ReportState::Returned)),
        ] {
            assert_eq!(june().may_file(day("2021-07-06"), leave), Ok(()));
            assert_eq!(code(closed.may_file(day("2021-07-06"), leave)), "month-closed");
        }
        let draft = nothing.or_returned(Some(ReportState::Draft));
        assert_eq!(code(june().may_file(day("2021-07-06"), draft)), "month-overdue");
    }

    #[test]
    fn a_month_closes_once_after_its_due_date_with_nothing_left_to_review() {
        let closed = june().close(day("2021-07-06"), 0, now(), None).unwrap();

        assert_eq!((closed.state, closed.closed_at), (MonthState::Closed, Some(now())));
        assert_eq!(code(june().close(day("2021-07-05"), 0, now(), None)), "month-not-due");
        assert_eq!(code(june().close(day("2021-07-06"), 2, now(), None)), "month-unreviewed");
        assert_eq!(code(closed.clone().close(day("2021-07-07"), 0, now(), None)), "month-closed");
        assert_eq!(code(closed.reschedule(day("2021-07-01"), day("2021-08-01"))), "month-closed");
    }

    #[test]
    fn both_wrong_days_are_named_at_once() {
        let month = "2021-06".parse().unwrap();

        let wrong = check_days(month, day("2021-05-31"), day("2021-05-30")).unwrap_err();

        let pointers: Vec<_> = wrong.into_iter().map(|e| e.pointer).collect();
        assert_eq!(pointers, ["/opens_on", "/due_on"]);
        assert!(check_days(month, day("2021-06-25"), day("2021-06-25")).is_ok());
    }

    #[test]
    fn a_grant_ends_by_itself_at_its_moment() {
        let grant = LateGrant {
            id: LateGrantId(1),
            unit_id: UnitId(1),
            until: now(),
            reason: "系统故障".to_owned(),
            granted_at: now().plus_hours(-5),
            granted_by: None,
        };

        assert!(grant.is_active(now().plus_hours(-1)));
        assert!(!grant.is_active(now()));
    }

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
