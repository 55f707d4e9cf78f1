//! Start rates and milestone figures that add up over projects.

use std::ops::Add;

use chrono::{Datelike, NaiveDate};

use crate::domain::figures::period::Period;
use crate::domain::figures::summary::Dates;
use crate::domain::milestone::{Milestone, START};
use crate::domain::project::Stage;
use crate::domain::rate::{Hundredths, Ratio};
use crate::domain::text_enum::text_enum;

/// Ratio of two counts that keeps numerator and denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountRate {
    /// Numerator.
    pub numerator: i64,
    /// Denominator.
    pub denominator: i64,
}

impl CountRate {
    /// Percentage, rounded once. `None` if the denominator is zero; never reported as 0 %.
    pub(crate) fn percent(self) -> Option<Hundredths> {
        let ratio = Ratio::new(i128::from(self.numerator), i128::from(self.denominator));
        ratio.map(Ratio::percent)
    }
}

/// Planned and actual start of a project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartFacts {
    /// Baseline of the 开工 milestone, else the planned start.
    pub planned: Option<NaiveDate>,
    /// Earlier of the actual start and the date the 开工 milestone was reached, because users enter
    /// either of them first.
    pub actual: Option<NaiveDate>,
    /// Current stage.
    pub stage: Stage,
}

impl StartFacts {
    /// Combines the project's own dates with its 开工 milestone.
    pub(crate) fn of(starts: Dates, stage: Stage, milestones: &[Milestone]) -> Self {
        let start = milestones.iter().find(|m| m.code == START);
        let reached = start.and_then(|m| m.actual);
        Self {
            planned: start.map(|m| m.baseline).or(starts.planned),
            actual: starts.actual.into_iter().chain(reached).min(),
            stage,
        }
    }
}

impl StartFacts {
    /// True if construction had started by the evaluation day of `period`.
    pub(crate) fn has_started(&self, period: Period) -> bool {
        self.actual.is_some_and(|day| day <= period.evaluation_day)
    }
}

text_enum! {
    /// Category of a project in the start rates; selects the project list behind a number.
    StartPart {
        /// Scheduled to start this year: denominator of 开工率.
        ToStart = "to_start" "全年应开工",
        /// Scheduled to start by the evaluation day, or already started: denominator of 应开工项目开工率.
        Due = "due" "应开工已到期",
        /// Started this year: numerator of both rates.
        Started = "started" "本年已开工",
        /// Scheduled to start this year and not started.
        NotStarted = "not_started" "本年未开工",
        /// Scheduled to start by the evaluation day and not started.
        Overdue = "overdue" "到期未开工",
    }
}

impl StartPart {
    /// True if a project with these figures belongs to this category.
    pub(crate) fn holds(self, of: &MilestoneFigures) -> bool {
        let to_start = of.to_start > 0;
        let due = of.start_due > 0;
        let started = of.started > 0;
        match self {
            Self::ToStart => to_start,
            Self::Due => due,
            Self::Started => started,
            Self::NotStarted => to_start && !started,
            Self::Overdue => due && !started,
        }
    }
}

/// Start and milestone figures of a set of projects: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MilestoneFigures {
    /// Projects scheduled to start this year: not started in an earlier year, and either planned to
    /// start by the end of this year or started in it.
    pub to_start: i64,
    /// Those planned to start by the evaluation day, or already started.
    pub start_due: i64,
    /// Those started by the evaluation day.
    pub started: i64,
    /// Milestones whose baseline is in the month of the summary.
    pub due_in_month: i64,
    /// Those reached by the evaluation day.
    pub reached_in_month: i64,
    /// Milestones with a baseline before the evaluation day that are not reached.
    pub overdue: i64,
    /// Unreached milestones whose forecast differs from the baseline.
    pub moved: i64,
    /// Sum of forecast minus baseline, in days; an earlier forecast counts as negative.
    pub moved_days: i64,
}

impl MilestoneFigures {
    /// Figures of one project, on the evaluation day of `period`.
    pub(crate) fn of(start: StartFacts, milestones: &[Milestone], period: Period) -> Self {
        milestones
            .iter()
            .map(|m| Self::of_milestone(m, period))
            .fold(Self::of_start(start, period), Add::add)
    }

    fn of_start(start: StartFacts, period: Period) -> Self {
        let today = period.evaluation_day;
        let year = period.year().get();
        let started = start.actual.is_some_and(|day| day <= today);
        let before = start.actual.is_some_and(|day| day.year() < year);
        let planned = start.planned.is_some_and(|day| day.year() <= year);
        let abandoned = start.stage == Stage::Terminated && start.actual.is_none();
        if before || abandoned || !(planned || started) {
            return Self::default();
        }
        let due = started || start.planned.is_some_and(|day| day <= today);
        Self {
            to_start: 1,
            start_due: i64::from(due),
            started: i64::from(started),
            ..Self::default()
        }
    }

    fn of_milestone(milestone: &Milestone, period: Period) -> Self {
        let today = period.evaluation_day;
        let reached = milestone.actual.is_some_and(|day| day <= today);
        let month = period.through;
        let in_month = (month.first_day()..=month.last_day()).contains(&milestone.baseline);
        let forecast = milestone.forecast.filter(|day| !reached && *day != milestone.baseline);
        let days = forecast.map(|day| (day - milestone.baseline).num_days());
        Self {
            due_in_month: i64::from(in_month),
            reached_in_month: i64::from(in_month && reached),
            overdue: i64::from(!reached && milestone.baseline < today),
            moved: i64::from(days.is_some()),
            moved_days: days.unwrap_or(0),
            ..Self::default()
        }
    }

    /// Started ÷ scheduled to start this year (开工率).
    pub(crate) fn of_the_year(&self) -> CountRate {
        CountRate { numerator: self.started, denominator: self.to_start }
    }

    /// Started ÷ scheduled to start by now (应开工项目开工率).
    pub(crate) fn of_those_due(&self) -> CountRate {
        CountRate { numerator: self.started, denominator: self.start_due }
    }
}

impl Add for MilestoneFigures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            to_start: self.to_start + other.to_start,
            start_due: self.start_due + other.start_due,
            started: self.started + other.started,
            due_in_month: self.due_in_month + other.due_in_month,
            reached_in_month: self.reached_in_month + other.reached_in_month,
            overdue: self.overdue + other.overdue,
            moved: self.moved + other.moved,
            moved_days: self.moved_days + other.moved_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{MilestoneId, ProjectId};
    use crate::domain::milestone::MilestoneClass;
    use crate::domain::project::tests::day;

    fn milestone(code: &str, baseline: &str) -> Milestone {
        Milestone {
            id: MilestoneId(1),
            project_id: ProjectId(1),
            code: code.to_owned(),
            name: code.to_owned(),
            class: MilestoneClass::Construction,
            position: 1,
            baseline: day(baseline),
            forecast: None,
            forecast_reason: String::new(),
            actual: None,
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        }
    }

    fn through(month: &str) -> Period {
        Period::new(month.parse().unwrap(), day("2022-06-01"), false)
    }

    fn starts(planned: Option<&str>, actual: Option<&str>, month: &str) -> [i64; 3] {
        let days = Dates { actual: actual.map(day), planned: planned.map(day) };
        let start = StartFacts::of(days, Stage::Construction, &[]);
        let figures = MilestoneFigures::of(start, &[], through(month));
        [figures.to_start, figures.start_due, figures.started]
    }

    #[test]
    fn figures_other_places_published_come_out() {
        let rate = |numerator, denominator| {
            CountRate { numerator, denominator }.percent().unwrap().to_string()
        };
        let figures =
            MilestoneFigures { to_start: 255, start_due: 223, started: 206, ..Default::default() };

        assert_eq!(rate(7, 15), "46.67");
        assert_eq!(figures.of_the_year().percent().unwrap().to_string(), "80.78");
        assert_eq!(figures.of_those_due().percent().unwrap().to_string(), "92.38");
        assert_eq!(MilestoneFigures::default().of_the_year().percent(), None);
    }

    #[test]
    fn the_lists_behind_start_rates_are_as_long_as_their_numbers() {
        let parts = |planned, actual, month| {
            let days =
                Dates { actual: Option::map(actual, day), planned: Option::map(planned, day) };
            let start = StartFacts::of(days, Stage::Construction, &[]);
            let figures = MilestoneFigures::of(start, &[], through(month));
            let parts = StartPart::ALL.iter().filter(|part| part.holds(&figures));
            parts.map(|part| part.as_str()).collect::<Vec<_>>().join(" ")
        };

        assert_eq!(
            parts(Some("2021-03-01"), Some("2021-03-10"), "2021-04"),
            "to_start due started"
        );
        assert_eq!(parts(Some("2021-03-01"), None, "2021-04"), "to_start due not_started overdue");
        assert_eq!(parts(Some("2021-11-01"), None, "2021-04"), "to_start not_started");
        assert_eq!(parts(Some("2020-03-01"), Some("2020-03-10"), "2021-04"), "");
    }

    #[test]
    fn to_start_are_those_planned_by_the_end_of_the_year_and_not_started_before_it() {
        assert_eq!(starts(Some("2021-03-01"), Some("2021-04-10"), "2021-03"), [1, 1, 0]);
        assert_eq!(starts(Some("2021-03-01"), Some("2021-04-10"), "2021-04"), [1, 1, 1]);
        // Carried over from last year; started early; no planned start; next year; started years
        // ago.
        assert_eq!(starts(Some("2020-10-01"), None, "2021-01"), [1, 1, 0]);
        assert_eq!(starts(Some("2021-11-01"), Some("2021-02-01"), "2021-04"), [1, 1, 1]);
        assert_eq!(starts(None, Some("2021-02-01"), "2021-04"), [1, 1, 1]);
        assert_eq!(starts(Some("2021-11-01"), None, "2021-04"), [1, 0, 0]);
        assert_eq!(starts(Some("2022-03-01"), None, "2021-12"), [0, 0, 0]);
        assert_eq!(starts(Some("2020-03-01"), Some("2020-05-01"), "2021-04"), [0, 0, 0]);
        assert_eq!(starts(None, None, "2021-04"), [0, 0, 0]);
    }

    #[test]
    fn the_milestone_of_the_start_and_the_actual_start_say_one_thing() {
        let mut start = milestone(START, "2021-05-01");
        start.actual = Some(day("2021-04-20"));
        let of = |actual: Option<&str>| {
            StartFacts::of(
                Dates { actual: actual.map(day), planned: Some(day("2021-09-01")) },
                Stage::Construction,
                &[start.clone()],
            )
        };

        assert_eq!(of(None).planned, Some(day("2021-05-01")));
        assert_eq!(of(None).actual, Some(day("2021-04-20")));
        assert_eq!(of(Some("2021-04-22")).actual, Some(day("2021-04-20")));
        assert_eq!(of(Some("2021-04-18")).actual, Some(day("2021-04-18")));
    }

    #[test]
    fn milestones_are_due_overdue_and_moved() {
        let nothing = StartFacts { planned: None, actual: None, stage: Stage::Planned };
        let mut reached = milestone("a", "2021-05-10");
        reached.actual = Some(day("2021-05-31"));
        let mut late = milestone("b", "2021-05-10");
        late.actual = Some(day("2021-06-01"));
        let mut moved = milestone("c", "2021-05-31");
        moved.forecast = Some(day("2021-07-30"));
        let mut earlier = milestone("d", "2021-09-30");
        earlier.forecast = Some(day("2021-09-20"));
        let all = [reached, late, moved, earlier];

        let may = MilestoneFigures::of(nothing, &all, through("2021-05"));
        let june = MilestoneFigures::of(nothing, &all, through("2021-06"));

        assert_eq!((may.due_in_month, may.reached_in_month, may.overdue), (3, 1, 1));
        assert_eq!((june.due_in_month, june.reached_in_month, june.overdue), (0, 0, 1));
        assert_eq!((may.moved, may.moved_days), (2, 50));
    }

    proptest! {
        #[test]
        fn what_has_started_was_due_and_what_is_due_was_to_start(
            planned in proptest::option::of(0_i64..1_000),
            actual in proptest::option::of(0_i64..1_000),
            month in 1_u32..=12,
        ) {
            let at = |days: i64| day("2020-01-01") + chrono::Days::new(days.unsigned_abs());
            let start = StartFacts {
                planned: planned.map(at), actual: actual.map(at), stage: Stage::Construction,
            };
            let period = through(&format!("2021-{month:02}"));
            let figures = MilestoneFigures::of(start, &[], period);
            prop_assert!(figures.started <= figures.start_due);
            prop_assert!(figures.start_due <= figures.to_start);
            prop_assert_eq!(figures + MilestoneFigures::default(), figures);
        }
    }
}
