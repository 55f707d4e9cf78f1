//! Which reports a project owes, and what they count as.

use crate::domain::figures::Coverage;
use crate::domain::figures::edition::Edition;
use crate::domain::figures::period::Period;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::month::Month;
use crate::domain::project::Stage;
use crate::domain::report::ReportState;
use crate::domain::report::filings::{CountedReport, Deadline, FilingStatus, is_late};
use crate::domain::report::span::ReportingSpan;

impl ProjectYear {
    /// True if a report of `month` is due on the evaluation day; the month must have ended.
    fn owes(&self, month: Month, period: Period) -> bool {
        month <= period.through
            && month.last_day() <= period.evaluation_day
            && self.owes_report_of(month)
    }

    /// True if the project owes a report of `month`. All of these must hold:
    ///
    /// - it is in construction or later (`stage`), and construction started in the month or before
    ///   it (`actual_start`);
    /// - it was registered for that year or an earlier one (`registered_year`);
    /// - it did not end before the month (`ended_on`: completed or terminated; `actual_finish`);
    /// - its year plan, if it has one for that year, took effect in the month or before it.
    ///
    /// The OpenAPI descriptions of the filings operations state the same four conditions.
    pub(crate) fn owes_report_of(&self, month: Month) -> bool {
        let span = match self.edition {
            // Neither the stage nor the finish alone said whether a report was owed.
            Edition::First => {
                ReportingSpan { stage: Stage::Construction, finished_on: None, ..self.span() }
            }
            Edition::Second => self.span(),
        };
        self.planned_from.is_none_or(|first| first <= month) && span.contains(month)
    }

    fn span(&self) -> ReportingSpan {
        ReportingSpan {
            registered_year: self.registered_year,
            stage: self.stage,
            started_on: self.starts.actual,
            ended_on: self.ended_on,
            finished_on: self.finishes.actual,
        }
    }

    /// True if its report of `month` counts as completed in `period`.
    pub(crate) fn is_counted(&self, month: Month, period: Period) -> bool {
        self.reports.iter().any(|r| r.month == month && period.counts(r.state))
    }

    /// True if its report of `month` is submitted or confirmed.
    pub(crate) fn is_filed(&self, month: Month) -> bool {
        FilingStatus::of(self.state(month)).is_filed()
    }

    /// What the report of `month` counts as; `None` if it does not count.
    pub(crate) fn filing(&self, month: Month) -> Option<FilingStatus> {
        FilingStatus::counted(self.state(month), self.owes_report_of(month))
    }

    fn state(&self, month: Month) -> Option<ReportState> {
        self.reports.iter().find(|r| r.month == month).map(|r| r.state)
    }

    pub(super) fn coverage(&self, period: Period, wanted: impl Fn(Month) -> bool) -> Coverage {
        let mut coverage = Coverage::default();
        for month in period.months().filter(|m| wanted(*m)) {
            let counted = FilingStatus::counted(self.state(month), self.owes(month, period));
            if let Some(status) = counted {
                coverage.count(status);
            }
        }
        coverage
    }

    /// The report of `month` as it counts in that month; `None` if it does not count.
    pub(crate) fn counted_report(&self, month: Month, deadline: Deadline) -> Option<CountedReport> {
        let status = self.filing(month)?;
        let report = self.reports.iter().find(|r| r.month == month);
        let first_submitted_on = report.and_then(|r| r.first_submitted_on);
        let Deadline { due_on, today } = deadline;
        let late = due_on.is_some_and(|due_on| is_late(due_on, first_submitted_on, today));
        Some(CountedReport { status, state: report.map(|r| r.state), first_submitted_on, late })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::summary::Dates;
    use crate::domain::figures::summary::tests::{project, report};
    use crate::domain::project::tests::day;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn reports_are_due_from_the_start_on_until_the_month_before_today() {
        let mut it = project();
        it.reports = vec![
            report("2021-01", ReportState::Confirmed, 5), // filed without being required
            report("2021-03", ReportState::Confirmed, 5),
            report("2021-04", ReportState::Draft, 5),
        ];
        let coverage =
            |through, today| it.figures(Period::new(month(through), day(today), false)).coverage;

        // March, April and May are owed; January was filed without being owed.
        assert_eq!(
            coverage("2021-05", "2021-07-01"),
            Coverage { due: 4, confirmed: 2, submitted: 0, missing: 2 }
        );
        // July has not ended on 1 July. Evaluated a year later, the result is the same.
        assert_eq!(coverage("2021-07", "2021-07-01").due, 5);
        assert_eq!(coverage("2021-07", "2022-07-01").due, 6);
        assert_eq!(coverage("2021-06", "2021-06-30").due, 5);
    }

    #[test]
    fn what_was_added_in_mid_year_owes_nothing_of_the_months_before() {
        let added = ProjectYear { planned_from: Some(month("2021-05")), ..project() };

        let coverage =
            added.figures(Period::new(month("2021-06"), day("2021-07-01"), false)).coverage;

        assert_eq!((coverage.due, coverage.missing), (2, 2));
    }

    #[test]
    fn a_project_in_reserve_owes_nothing_except_where_it_was_published_so() {
        let reserve = ProjectYear { stage: Stage::Reserve, ..project() };
        let finishes = Dates { actual: Some(day("2021-05-31")), ..project().finishes };
        let finished = ProjectYear { finishes, ..project() };
        let [may, june] = ["2021-05", "2021-06"].map(month);

        for (year, owes) in [(reserve, [false, false]), (finished, [true, false])] {
            assert_eq!([may, june].map(|m| year.owes_report_of(m)), owes);
            let published = ProjectYear { edition: Edition::First, ..year };
            assert_eq!([may, june].map(|m| published.owes_report_of(m)), [true, true]);
        }
    }
}
