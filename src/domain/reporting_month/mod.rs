//! The reporting month (报告期): when it opens, is due and closes, and who may still file.

pub mod refusal;

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{LateGrantId, ReportingMonthId, UnitId, UserId};
use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

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
    /// [`MonthRefusal::Closed`].
    pub fn must_not_be_closed(&self) -> Result<(), MonthRefusal> {
        match self.state {
            MonthState::Open => Ok(()),
            MonthState::Closed | MonthState::Published => Err(MonthRefusal::Closed(self.month)),
        }
    }

    /// Refuses until the month is locked.
    ///
    /// # Errors
    /// [`MonthRefusal::StillOpen`].
    pub fn must_be_closed(&self) -> Result<(), MonthRefusal> {
        match self.state {
            MonthState::Open => Err(MonthRefusal::StillOpen(self.month)),
            MonthState::Closed | MonthState::Published => Ok(()),
        }
    }

    /// Whether a report may be written or submitted on `today`.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`]; [`MonthRefusal::NotOpen`] before the day it opens;
    /// [`MonthRefusal::Overdue`] after the due date without `leave`.
    pub fn may_file(&self, today: NaiveDate, leave: Leave) -> Result<(), MonthRefusal> {
        self.must_not_be_closed()?;
        if today < self.opens_on {
            let (month, opens_on) = (self.month, Some(self.opens_on));
            return Err(MonthRefusal::NotOpen { month, opens_on });
        }
        if today > self.due_on && !leave.any() {
            return Err(MonthRefusal::Overdue { month: self.month, due_on: self.due_on });
        }
        Ok(())
    }

    /// Moves the days of a month that is not locked.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`].
    pub fn reschedule(self, opens_on: NaiveDate, due_on: NaiveDate) -> Result<Self, MonthRefusal> {
        self.must_not_be_closed()?;
        Ok(Self { opens_on, due_on, ..self })
    }

    /// Locks the month, `unreviewed` of whose reports still wait for a decision.
    ///
    /// A submitted report that was left would neither count nor be missing, and could not be
    /// confirmed any more.
    ///
    /// # Errors
    /// [`MonthRefusal::Closed`]; [`MonthRefusal::NotDue`] while reports are still in time;
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
    /// Publishes a closed month, of the `others` that were ever opened.
    ///
    /// Its figures run from January: an earlier month of the year that is still open could change
    /// them, and bulletins follow each other.
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
