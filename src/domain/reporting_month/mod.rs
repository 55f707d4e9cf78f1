//! Reporting months (报告期): opening, due date, closing, publication and late filing.

pub(crate) mod refusal;

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{LateGrantId, ReportingMonthId, UnitId, UserId};
use crate::domain::month::Month;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

text_enum! {
    /// State of a reporting month.
    MonthState {
        /// Open: reports can be filed and reviewed.
        Open = "open" "开放",
        /// Closed: figures change only by a restatement.
        Closed = "closed" "已关闭",
        /// Closed, and its bulletin was published.
        Published = "published" "已通报",
    }
}

/// Month for which monthly reports are required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportingMonth {
    /// Its id.
    pub id: ReportingMonthId,
    /// Calendar month.
    pub month: Month,
    /// First day on which reports can be filed.
    pub opens_on: NaiveDate,
    /// Last day on which reports are on time.
    pub due_on: NaiveDate,
    /// Current state.
    pub state: MonthState,
    /// Instant at which it was closed.
    pub closed_at: Option<Timestamp>,
    /// Account that closed it.
    pub closed_by: Option<UserId>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Permission for one unit to file after the due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LateGrant {
    /// Its id.
    pub id: LateGrantId,
    /// Unit that may file.
    pub unit_id: UnitId,
    /// Instant at which the permission expires.
    pub until: Timestamp,
    /// Reason.
    pub reason: String,
    /// Instant at which it was granted.
    pub granted_at: Timestamp,
    /// Account that granted it.
    pub granted_by: Option<UserId>,
}

impl LateGrant {
    /// True if the permission has not expired.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// Grounds on which the caller may file after the due date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// The caller is the commission, which is not bound by the due date.
    pub commission: bool,
    /// The caller's unit has an active late grant.
    pub granted: bool,
    /// The report was filed before and returned; correcting it does not count as late filing.
    pub returned: bool,
}

impl Leave {
    fn any(self) -> bool {
        self.commission || self.granted || self.returned
    }
}

/// Validates the opening day and due date of a reporting month.
///
/// # Errors
/// All invalid fields: opening before the month begins, due before opening.
pub(crate) fn check_days(
    month: Month,
    opens_on: NaiveDate,
    due_on: NaiveDate,
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if opens_on < month.first_day() {
        let words = Words::new(
            format!("不能早于当月第一天（{}）。", month.first_day()),
            format!("Must not be before the first day of the month, {}.", month.first_day()),
        );
        errors.push(FieldError::new("/opens_on", "before-start", words));
    }
    if due_on < opens_on {
        let words = Words::new(
            format!("截止日期不能早于开放日期（{opens_on}）。"),
            format!("Must not be before the opening day, {opens_on}."),
        );
        errors.push(FieldError::new("/due_on", "before-start", words));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

impl ReportingMonth {
    /// Builds a reporting month to be inserted; the database assigns the id.
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

    /// Checks that the month is open.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`] if it is closed or published.
    pub fn must_not_be_closed(&self) -> Result<(), MonthRefusal> {
        match self.state {
            MonthState::Open => Ok(()),
            MonthState::Closed | MonthState::Published => Err(MonthRefusal::Closed(self.month)),
        }
    }

    /// Checks that the month is closed or published.
    ///
    /// # Errors
    /// [`MonthRefusal::StillOpen`] if it is open.
    pub fn must_be_closed(&self) -> Result<(), MonthRefusal> {
        match self.state {
            MonthState::Open => Err(MonthRefusal::StillOpen(self.month)),
            MonthState::Closed | MonthState::Published => Ok(()),
        }
    }

    /// Checks that a report can be written or submitted on `today`.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`]; [`MonthRefusal::NotOpen`] before the opening day;
    /// [`MonthRefusal::Overdue`] after the due date, unless `leave` allows it.
    pub fn may_file(&self, today: NaiveDate, leave: Leave) -> Result<(), MonthRefusal> {
        self.must_not_be_closed()?;
        if today < self.opens_on {
            return Err(MonthRefusal::NotOpen { month: self.month, opens_on: Some(self.opens_on) });
        }
        if today > self.due_on && !leave.any() {
            return Err(MonthRefusal::Overdue { month: self.month, due_on: self.due_on });
        }
        Ok(())
    }

    /// Changes the opening day and due date of an open month.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`].
    pub fn reschedule(self, opens_on: NaiveDate, due_on: NaiveDate) -> Result<Self, MonthRefusal> {
        self.must_not_be_closed()?;
        Ok(Self { opens_on, due_on, ..self })
    }

    /// Closes the month; `unreviewed` is the number of reports that wait for review.
    ///
    /// All submitted reports must be reviewed first: after closing they could not be confirmed, so
    /// they would be neither counted nor missing.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`]; [`MonthRefusal::NotDue`] until the due date has passed;
    /// [`MonthRefusal::Unreviewed`].
    pub fn close(
        self,
        today: NaiveDate,
        unreviewed: i64,
        now: Timestamp,
        by: Option<UserId>,
    ) -> Result<Self, MonthRefusal> {
        self.must_not_be_closed()?;
        if today <= self.due_on {
            return Err(MonthRefusal::NotDue { month: self.month, due_on: self.due_on });
        }
        if unreviewed > 0 {
            return Err(MonthRefusal::Unreviewed { month: self.month, count: unreviewed });
        }
        Ok(Self { state: MonthState::Closed, closed_at: Some(now), closed_by: by, ..self })
    }
}

impl ReportingMonth {
    /// Publishes a closed month; `others` are all other reporting months.
    ///
    /// Published figures run from January, so every earlier month of the year must be closed, and
    /// bulletins are published in order of their months.
    ///
    /// # Errors
    /// [`MonthRefusal::NotClosed`], [`MonthRefusal::AlreadyPublished`],
    /// [`MonthRefusal::EarlierOpen`], [`MonthRefusal::LaterPublished`].
    pub fn publish(self, others: &[Self]) -> Result<Self, MonthRefusal> {
        let month = self.month;
        match self.state {
            MonthState::Open => return Err(MonthRefusal::NotClosed(month)),
            MonthState::Published => return Err(MonthRefusal::AlreadyPublished(month)),
            MonthState::Closed => {}
        }
        let in_way = |o: &&Self| o.month < month && o.month.year() == month.year();
        if let Some(open) = others.iter().filter(in_way).find(|o| o.state == MonthState::Open) {
            return Err(MonthRefusal::EarlierOpen { month, earlier: open.month });
        }
        let later = |o: &&Self| o.month > month && o.state == MonthState::Published;
        if let Some(later) = others.iter().find(later) {
            return Err(MonthRefusal::LaterPublished { month, later: later.month });
        }
        Ok(Self { state: MonthState::Published, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project::tests::day;

    fn june() -> ReportingMonth {
        let month = "2021-06".parse().unwrap();
        ReportingMonth::opening(month, day("2021-07-01"), day("2021-07-05"))
    }

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_625_621_000).unwrap()
    }

    fn code(result: Result<impl std::fmt::Debug, MonthRefusal>) -> &'static str {
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
            Leave { returned: true, ..nothing },
        ] {
            assert_eq!(june().may_file(day("2021-07-06"), leave), Ok(()));
            assert_eq!(code(closed.may_file(day("2021-07-06"), leave)), "month-closed");
        }
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
    fn a_closed_month_is_published_once_after_the_ones_before_it_closed() {
        let closed = |month: &str| {
            let month: Month = month.parse().unwrap();
            let open = ReportingMonth::opening(month, month.first_day(), month.last_day());
            open.close(month.next().first_day(), 0, now(), None).unwrap()
        };
        let published = closed("2021-06").publish(&[closed("2021-05")]).unwrap();
        let next_open = ReportingMonth { state: MonthState::Open, ..closed("2021-07") };

        assert_eq!(published.state, MonthState::Published);
        assert_eq!(code(published.clone().publish(&[])), "month-published");
        assert_eq!(code(next_open.clone().publish(&[])), "month-not-closed");
        assert_eq!(
            code(closed("2021-08").publish(std::slice::from_ref(&next_open))),
            "month-earlier-open"
        );
        assert_eq!(code(closed("2021-05").publish(&[published])), "month-later-published");
        assert!(closed("2022-01").publish(&[next_open]).is_ok());
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
}
