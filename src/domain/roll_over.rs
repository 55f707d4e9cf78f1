//! The roll-over: what of a year is unfinished, and what the next one is proposed to invest in it.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::summary::{Period, ProjectYear};
use crate::domain::id::{ProjectId, RollOverId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::Stage;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

text_enum! {
    /// Where a roll-over stands.
    RollOverState {
        /// Can be changed line by line.
        Proposed = "proposed" "拟定",
        /// Its year plans are made.
        Confirmed = "confirmed" "已确认",
    }
}

/// What goes on into a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollOver {
    /// Its id.
    pub id: RollOverId,
    /// The year it goes into.
    pub year: Year,
    /// What is unfinished is measured through this month, the last of the year before.
    pub through: Month,
    /// Where it stands.
    pub state: RollOverState,
    /// The document that ordered the new plans; empty until confirmed.
    pub document_number: String,
    /// When it was proposed, and by whom.
    pub proposed: (Timestamp, String),
    /// When it was confirmed, and by whom.
    pub confirmed: Option<(Timestamp, String)>,
    /// For the ETag.
    pub version: i64,
}

/// One project that goes on, or is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollOverLine {
    /// The project.
    pub project_id: ProjectId,
    /// Total investment less everything completed ever.
    pub remaining: Fen,
    /// What the old year's plan has not completed.
    pub carried: Fen,
    /// What the new year is to invest.
    pub annual: Fen,
    /// Whether it goes on.
    pub included: bool,
    /// Why a person decided otherwise; may be empty.
    pub note: String,
    /// For the ETag.
    pub version: i64,
}

impl RollOverLine {
    /// What is proposed for `project`, whose `old` year is over: `None` when there is nothing to go
    /// on with, because it is finished, ended or given up.
    ///
    /// All that remains when it is to finish in the new year; else as much of it as the new year
    /// has of the months until the planned finish, and at least what the old plan left over.
    pub fn propose(project: &ProjectYear, old: Period) -> Option<Self> {
        let finished = project.finishes.0.is_some() || project.ended_on.is_some();
        let building =
            matches!(project.stage, Stage::Planned | Stage::Reserve | Stage::Construction);
        if finished || !building {
            return None;
        }
        let figures = project.figures(old);
        let remaining = (project.total - figures.completed_ever).max(Fen::ZERO);
        let carried = (figures.planned - figures.completed).max(Fen::ZERO);
        let share =
            share(remaining, carried, project.finishes.1, old.year().december().next().year());
        let annual = share.max(carried).min(remaining);
        Some(Self {
            project_id: project.id,
            remaining,
            carried,
            annual,
            included: !annual.is_zero(),
            note: String::new(),
            version: 1,
        })
    }

    /// Checks what a person wants a year to invest in a project of `total`.
    ///
    /// # Errors
    /// `negative`, `above-total`, at `/annual_investment_wan`.
    pub fn check_annual(annual: Fen, total: Fen) -> Result<Fen, FieldError> {
        let refuse = |code, zh: String, en: String| {
            Err(FieldError::new("/annual_investment_wan", code, Words::new(zh, en)))
        };
        if annual.is_negative() {
            return refuse("negative", "不能为负。".to_owned(), "Cannot be negative.".to_owned());
        }
        if annual > total {
            let total = total.to_wan();
            return refuse(
                "above-total",
                format!("超过项目总投资 {total} 万元。"),
                format!("More than the project's total of {total} 万元."),
            );
        }
        Ok(annual)
    }

    /// The new year's twelve months: equal parts from the month of a start that lies ahead to the
    /// month of the planned finish; the last takes what does not divide.
    pub fn months(
        &self,
        year: Year,
        (planned_start, planned_finish): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> MonthlyAmounts {
        let of_year = |day: Option<NaiveDate>| {
            day.map(Month::of).filter(|m| m.year() == year).map(Month::number)
        };
        let first = of_year(planned_start).unwrap_or(1);
        let last = of_year(planned_finish).filter(|last| *last >= first).unwrap_or(12);
        let parts = i64::from(last - first + 1);
        // The amounts are never negative.
        let part = Fen::new(self.annual.get() / parts).down_to_hundredth_wan();
        let rest = self.annual - Fen::new(part.get() * parts);
        let mut months = [Fen::ZERO; 12];
        for (number, month) in (1..).zip(&mut months) {
            if (first..=last).contains(&number) {
                *month = part + if number == last { rest } else { Fen::ZERO };
            }
        }
        MonthlyAmounts(months)
    }
}

/// As much of what remains as `year` has of the months from its January to the planned finish.
fn share(remaining: Fen, carried: Fen, finish: Option<NaiveDate>, year: Year) -> Fen {
    let Some(finish) = finish.map(Month::of) else {
        return carried;
    };
    let months = year.january().months_until(finish) + 1;
    if months <= 12 {
        return remaining;
    }
    let part = i128::from(remaining.get()) * 12 / i128::from(months);
    Fen::new(i64::try_from(part).unwrap_or(i64::MAX)).down_to_hundredth_wan()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::figures::summary::tests::{project as small_project, report};
    use crate::domain::plan::year_plan::PlanBases;
    use crate::domain::project::tests::day;
    use crate::domain::report::ReportState;

    const WAN: i64 = 1_000_000;

    /// Of 10,000 万元, 500 before the year, 1,200 planned in it.
    fn project() -> ProjectYear {
        let amounts = MonthlyAmounts([Fen::new(100 * WAN); 12]);
        ProjectYear {
            total: Fen::new(10_000 * WAN),
            before_the_year: Fen::new(500 * WAN),
            plan: Some(PlanBases { initial: amounts, current: amounts }),
            ..small_project()
        }
    }

    fn old() -> Period {
        Period::new("2021-12".parse().unwrap(), day("2022-01-10"), false)
    }

    #[test]
    fn what_is_left_goes_on_by_the_months_until_the_finish() {
        // 10,000 万元 in all, 500 before the year, 1,200 planned; 900 done.
        let mut it = project();
        it.reports = vec![report("2021-05", ReportState::Confirmed, 900 * WAN)];
        let line = |finish: Option<&str>| {
            let mut it = it.clone();
            it.finishes.1 = finish.map(day);
            RollOverLine::propose(&it, old()).unwrap()
        };

        let next_year = line(Some("2022-11-30"));
        assert_eq!(
            (next_year.remaining, next_year.carried),
            (Fen::new(8_600 * WAN), Fen::new(300 * WAN))
        );
        assert_eq!(next_year.annual, Fen::new(8_600 * WAN));
        assert_eq!(
            line(Some("2024-12-31")).annual,
            Fen::parse_wan("2866.66").unwrap(),
            "12 of 36 months"
        );
        assert_eq!(
            line(None).annual,
            Fen::new(300 * WAN),
            "what was carried, where nothing says when"
        );
        assert_eq!(line(Some("2021-06-30")).annual, Fen::new(8_600 * WAN), "overdue: all of it");
    }

    #[test]
    fn what_is_finished_or_given_up_does_not_go_on() {
        let mut it = project();
        it.finishes.0 = Some(day("2021-11-30"));
        assert_eq!(RollOverLine::propose(&it, old()), None);
        it.finishes.0 = None;
        it.stage = Stage::Terminated;
        assert_eq!(RollOverLine::propose(&it, old()), None);
        it.stage = Stage::Construction;
        it.reports = vec![report("2021-05", ReportState::Confirmed, 9_500 * WAN)];
        let all_done = RollOverLine::propose(&it, old()).unwrap();
        assert_eq!((all_done.annual, all_done.included), (Fen::ZERO, false));
    }

    proptest! {
        #[test]
        fn the_months_always_sum_to_the_year(
            annual in 0_i64..10_i64.pow(12),
            start in proptest::option::of(0_u64..900),
            finish in proptest::option::of(0_u64..900),
        ) {
            let at = |days: u64| day("2021-06-01") + chrono::Days::new(days);
            let line = RollOverLine {
                project_id: ProjectId(1), remaining: Fen::new(annual), carried: Fen::ZERO,
                annual: Fen::new(annual), included: true, note: String::new(), version: 1,
            };
            let months = line.months(Year::new(2022).unwrap(), (start.map(at), finish.map(at)));
            prop_assert_eq!(months.sum(), Fen::new(annual));
            prop_assert!(months.0.iter().all(|m| !m.is_negative()));
        }
    }
}
