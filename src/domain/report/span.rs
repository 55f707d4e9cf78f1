//! The months a project reports: who owes a report, and who may file one.
//!
//! The only place of this rule. `ProjectYear::owes_report_of` applies it to the reports that are
//! due, [`may_report`](super::may_report) to those that are written.

use chrono::NaiveDate;

use crate::domain::month::{Month, Year};
use crate::domain::project::{Project, Stage};
use crate::domain::report::refusal::ReportRefusal;

/// What decides which months of a project can be reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportingSpan {
    /// Year of registration.
    pub registered_year: Year,
    /// Current stage.
    pub stage: Stage,
    /// Actual start of construction.
    pub started_on: Option<NaiveDate>,
    /// Day the project was completed or terminated.
    pub ended_on: Option<NaiveDate>,
    /// Actual finish of construction; ends the span also where the stage was not moved yet.
    pub finished_on: Option<NaiveDate>,
}

impl ReportingSpan {
    /// The span of `project`.
    pub(crate) fn of(project: &Project) -> Self {
        Self {
            registered_year: project.registered_year,
            stage: project.stage,
            started_on: project.facts.actual_start,
            ended_on: project.ended_on,
            finished_on: project.facts.actual_finish,
        }
    }

    /// Checks that the project was registered, had started and had not ended in `month`. The months
    /// of the start and of the end belong to the span.
    ///
    /// # Errors
    /// [`ReportRefusal::BeforeRegistration`], [`ReportRefusal::NotStarted`],
    /// [`ReportRefusal::BeforeStart`], [`ReportRefusal::AfterEnd`].
    pub(crate) fn must_contain(self, month: Month) -> Result<(), ReportRefusal> {
        if month.year() < self.registered_year {
            return Err(ReportRefusal::BeforeRegistration(self.registered_year.get()));
        }
        let waits = matches!(self.stage, Stage::Planned | Stage::Reserve);
        let Some(start) = self.started_on.filter(|_| !waits) else {
            return Err(ReportRefusal::NotStarted(self.stage));
        };
        if month < Month::of(start) {
            return Err(ReportRefusal::BeforeStart { month, start });
        }
        match self.ended_on.or(self.finished_on) {
            Some(end) if month > Month::of(end) => Err(ReportRefusal::AfterEnd { month, end }),
            _ => Ok(()),
        }
    }

    /// True if `month` can be reported.
    pub(crate) fn contains(self, month: Month) -> bool {
        self.must_contain(month).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::project::tests::day;

    fn span(stage: Stage) -> ReportingSpan {
        ReportingSpan {
            registered_year: Year::new(2021).unwrap(),
            stage,
            started_on: Some(day("2021-03-31")),
            ended_on: None,
            finished_on: None,
        }
    }

    fn code(span: ReportingSpan, month: &str) -> &'static str {
        span.must_contain(month.parse().unwrap()).map_or_else(|e| e.code(), |()| "ok")
    }

    #[test]
    fn the_months_of_start_and_end_can_be_reported_and_those_around_them_cannot() {
        let under_way = span(Stage::Construction);
        let completed = ReportingSpan {
            ended_on: Some(day("2021-06-01")),
            finished_on: Some(day("2021-06-01")),
            ..span(Stage::Completed)
        };
        let not_moved =
            ReportingSpan { finished_on: Some(day("2021-06-01")), ..span(Stage::Construction) };
        let terminated =
            ReportingSpan { ended_on: Some(day("2021-05-31")), ..span(Stage::Terminated) };

        assert_eq!(code(under_way, "2020-12"), "before-registration");
        assert_eq!(code(under_way, "2021-02"), "month-before-start");
        assert_eq!(code(under_way, "2021-03"), "ok");
        assert_eq!(code(under_way, "2031-03"), "ok");
        for ended in [completed, not_moved] {
            assert_eq!(code(ended, "2021-06"), "ok");
            assert_eq!(code(ended, "2021-07"), "month-after-end");
        }
        assert_eq!(code(terminated, "2021-05"), "ok");
        assert_eq!(code(terminated, "2021-06"), "month-after-end");
    }

    #[test]
    fn what_waits_in_plan_or_reserve_has_no_month_even_with_a_start_date() {
        for stage in [Stage::Planned, Stage::Reserve] {
            assert_eq!(code(span(stage), "2021-06"), "project-not-started");
        }
        let no_date = ReportingSpan { started_on: None, ..span(Stage::Construction) };
        assert_eq!(code(no_date, "2021-06"), "project-not-started");
    }

    proptest! {
        #[test]
        fn the_months_of_a_span_have_no_gap(
            start in 0_u64..900, lasts in proptest::option::of(0_u64..900), first in 2020_i32..2024,
        ) {
            let start = day("2020-01-01") + chrono::Days::new(start);
            let it = ReportingSpan {
                registered_year: Year::new(first).unwrap(),
                started_on: Some(start),
                ended_on: lasts.map(|days| start + chrono::Days::new(days)),
                ..span(Stage::Construction)
            };
            let months = (2019..2026).filter_map(Year::new).flat_map(Year::months);
            let within: Vec<bool> = months.map(|m| it.contains(m)).collect();
            let changes = within.windows(2).filter(|pair| pair[0] != pair[1]).count();
            prop_assert!(changes <= 2, "{within:?}");
            prop_assert!(!within[0], "no month before the start");
        }
    }
}
