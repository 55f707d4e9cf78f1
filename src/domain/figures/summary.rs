//! One project's year, and its contribution to aggregated figures.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::figures::Figures;
use crate::domain::figures::edition::Edition;
use crate::domain::figures::period::Period;
use crate::domain::figures::progress::ACTIVE_DENOMINATOR;
use crate::domain::id::{AreaId, IndustryId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{Basis, PlanBases};
use crate::domain::project::{Nature, Stage};
use crate::domain::report::ReportState;

/// The fields of a monthly report that summaries need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MonthReport {
    /// Month of the report.
    pub month: Month,
    /// State of the report.
    pub state: ReportState,
    /// Reported investment of the month.
    pub completed: Fen,
    /// Business day of the first submission.
    pub first_submitted_on: Option<NaiveDate>,
}

/// Actual and planned date of one step of a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// Actual date; `None` until it is reached.
    pub actual: Option<NaiveDate>,
    /// Planned date.
    pub planned: Option<NaiveDate>,
}

impl Dates {
    /// Month of the actual date, else of the planned one.
    fn month(self) -> Option<Month> {
        self.actual.or(self.planned).map(Month::of)
    }
}

/// The fields of a project that summaries of one year need.
#[derive(Clone, Debug)]
pub(crate) struct ProjectYear {
    /// Project id.
    pub id: ProjectId,
    /// Industry line.
    pub industry: IndustryId,
    /// Reporting area.
    pub area: AreaId,
    /// Current stage.
    pub stage: Stage,
    /// Construction nature (建设性质).
    pub nature: Nature,
    /// Total investment; zero if unknown.
    pub total: Fen,
    /// Invested before the register began, plus confirmed investment of earlier years.
    pub before_the_year: Fen,
    /// Year of registration (入库年份).
    pub registered_year: Year,
    /// Start of construction.
    pub starts: Dates,
    /// End of construction.
    pub finishes: Dates,
    /// Day the project was completed or terminated.
    pub ended_on: Option<NaiveDate>,
    /// Year plan in force by the month of the summary; `None` if there is none.
    pub plan: Option<PlanBases>,
    /// Month in which the year plan takes effect, even if that is later than the summary.
    ///
    /// A project added in mid-year owes no reports for earlier months.
    pub planned_from: Option<Month>,
    /// Requested plan basis.
    pub basis: Basis,
    /// Monthly reports of the year.
    pub reports: Vec<MonthReport>,
    /// Restatements of closed months of the year: month and amount added.
    pub restatements: Vec<(Month, Fen)>,
    /// Edition of the formulas.
    pub edition: Edition,
}

impl ProjectYear {
    /// Figures of this project over `period`.
    pub(crate) fn figures(&self, period: Period) -> Figures {
        let completed = self.completed(period, |_| true);
        let both = self.plan.unwrap_or_default();
        let plan = both.on(self.basis);
        let planned = plan.sum();
        let (elapsed, active) = self.active_months(period);
        let share = i128::from(ACTIVE_DENOMINATOR / active * elapsed);
        let knows_total = !self.total.is_zero();
        Figures {
            project_count: 1,
            total: self.total,
            total_unknown: i64::from(!knows_total),
            planned,
            planned_through: plan.through(period.through.number()),
            planned_initial: both.initial.sum(),
            planned_current: both.current.sum(),
            active_share: i128::from(planned.get()).strict_mul(share),
            completed,
            completed_ever: if knows_total { self.before_the_year + completed } else { Fen::ZERO },
            coverage: self.coverage(period, |_| true),
        }
    }

    /// Figures of this project in one month of `period`.
    ///
    /// The project count and total investment are zero, because they do not belong to a month.
    pub(crate) fn month_figures(&self, month: Month, period: Period) -> Figures {
        let both = self.plan.unwrap_or_default();
        let plan = both.on(self.basis).of(month.number());
        Figures {
            planned: plan,
            planned_through: plan,
            planned_initial: both.initial.of(month.number()),
            planned_current: both.current.of(month.number()),
            completed: self.completed(period, |m| m == month),
            coverage: self.coverage(period, |m| m == month),
            ..Figures::ZERO
        }
    }

    /// Completed investment in the months of `period` that `wanted` selects, restatements included.
    pub(crate) fn completed(&self, period: Period, wanted: impl Fn(Month) -> bool) -> Fen {
        let within = |month: Month| month <= period.through && wanted(month);
        let reported = self.reports.iter().filter(|r| within(r.month) && period.counts(r.state));
        let restated = self.restatements.iter().filter(|(month, _)| within(*month));
        reported.map(|r| r.completed).chain(restated.map(|(_, amount)| *amount)).sum()
    }

    /// Elapsed active months, and active months of the year (1 to 12).
    ///
    /// A month is active from the start to the finish of the project; actual dates take precedence
    /// over planned ones. If the dates are unknown or outside the year, all twelve months are
    /// active.
    fn active_months(&self, period: Period) -> (u32, u32) {
        let january = period.year().january();
        let december = period.year().december();
        let start = self.starts.month().map_or(january, |month| month.max(january));
        let finish = self.finishes.month().map_or(december, |month| month.min(december));
        let (first, last) =
            if start <= finish { (start.number(), finish.number()) } else { (1, 12) };
        let through = period.through.number();
        let elapsed = (through + 1).saturating_sub(first).min(last - first + 1);
        (elapsed, last - first + 1)
    }
}

/// Months of `period` in which at least one of `projects` was restated.
pub(crate) fn restated_months<'a>(
    projects: impl IntoIterator<Item = &'a ProjectYear>,
    period: Period,
) -> Vec<Month> {
    let all = projects.into_iter().flat_map(|p| &p.restatements).map(|(month, _)| *month);
    let months: BTreeSet<Month> = all.filter(|month| *month <= period.through).collect();
    months.into_iter().collect()
}

#[cfg(test)]
pub(in crate::domain) mod tests {
    use super::*;
    use crate::domain::plan::year_plan::MonthlyAmounts;
    use crate::domain::project::tests::day;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    /// Planned 1,200 for the year; started in March, planned finish in November.
    pub(in crate::domain) fn project() -> ProjectYear {
        ProjectYear {
            id: ProjectId(1),
            industry: IndustryId(1),
            area: AreaId(1),
            stage: Stage::Construction,
            nature: Nature::NewConstruction,
            total: Fen::new(10_000),
            before_the_year: Fen::new(500),
            registered_year: Year::new(2021).unwrap(),
            starts: Dates { actual: Some(day("2021-03-10")), planned: Some(day("2021-02-01")) },
            finishes: Dates { actual: None, planned: Some(day("2021-11-30")) },
            ended_on: None,
            plan: Some(PlanBases {
                initial: MonthlyAmounts([Fen::new(90); 12]),
                current: MonthlyAmounts([Fen::new(100); 12]),
            }),
            planned_from: None,
            basis: Basis::Current,
            reports: Vec::new(),
            restatements: Vec::new(),
            edition: Edition::CURRENT,
        }
    }

    pub(in crate::domain) fn report(text: &str, state: ReportState, fen: i64) -> MonthReport {
        MonthReport {
            month: month(text),
            state,
            completed: Fen::new(fen),
            first_submitted_on: None,
        }
    }

    #[test]
    fn only_confirmed_reports_count_unless_asked() {
        let mut it = project();
        it.reports = vec![
            report("2021-03", ReportState::Confirmed, 70),
            report("2021-04", ReportState::Submitted, 20),
            report("2021-05", ReportState::Returned, 9),
            report("2021-06", ReportState::Confirmed, 1_000),
        ];
        let through_may = |include| Period::new(month("2021-05"), day("2021-07-01"), include);

        let strict = it.figures(through_may(false));
        let wide = it.figures(through_may(true));

        assert_eq!((strict.completed, strict.completed_ever), (Fen::new(70), Fen::new(570)));
        assert_eq!(wide.completed, Fen::new(90));
        assert_eq!((strict.planned, strict.planned_through), (Fen::new(1_200), Fen::new(500)));
        it.basis = Basis::Initial;
        let initial = it.figures(Period::new(month("2021-05"), day("2021-07-01"), false));
        assert_eq!((initial.planned, initial.planned_through), (Fen::new(1_080), Fen::new(450)));
        let both = (initial.planned_initial, initial.planned_current);
        assert_eq!(both, (Fen::new(1_080), Fen::new(1_200)));
        assert_eq!(both, (strict.planned_initial, strict.planned_current));
    }

    #[test]
    fn a_restatement_counts_in_its_month_whether_or_not_there_was_a_report() {
        let mut it = project();
        it.reports = vec![report("2021-03", ReportState::Confirmed, 70)];
        it.restatements = vec![(month("2021-03"), Fen::new(-20)), (month("2021-04"), Fen::new(5))];
        let at = |through| Period::new(month(through), day("2021-07-01"), false);

        assert_eq!(it.figures(at("2021-03")).completed, Fen::new(50));
        assert_eq!(it.figures(at("2021-05")).completed, Fen::new(55));
        assert_eq!(it.month_figures(month("2021-04"), at("2021-05")).completed, Fen::new(5));
        let twice = [it.clone(), it];
        assert_eq!(restated_months(&twice, at("2021-03")), [month("2021-03")]);
    }

    #[test]
    fn active_months_run_from_the_actual_start_to_the_planned_finish() {
        let at = |through| {
            project().active_months(Period::new(month(through), day("2022-01-01"), false))
        };

        assert_eq!([at("2021-02"), at("2021-05"), at("2021-12")], [(0, 9), (3, 9), (9, 9)]);
    }

    #[test]
    fn the_months_of_a_year_sum_to_it() {
        let mut it = project();
        it.reports = vec![
            report("2021-03", ReportState::Confirmed, 70),
            report("2021-04", ReportState::Submitted, 20),
        ];
        let period = Period::new(month("2021-05"), day("2021-07-01"), true);

        let whole = it.figures(period);
        let parts: Figures = period.months().map(|m| it.month_figures(m, period)).sum();

        assert_eq!((parts.completed, parts.coverage), (whole.completed, whole.coverage));
        assert_eq!(parts.planned, whole.planned_through);
    }

    #[test]
    fn a_summary_usually_goes_through_the_last_month_that_is_over() {
        let through =
            |year, today| Period::usual_through(Year::new(year).unwrap(), day(today)).to_string();

        assert_eq!(through(2021, "2021-07-01"), "2021-06");
        assert_eq!(through(2021, "2021-01-15"), "2021-01");
        assert_eq!(through(2021, "2023-01-15"), "2021-12");
    }
}
