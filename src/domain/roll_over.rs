//! Roll-over of unfinished projects: proposes their year plans for the next year.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::period::Period;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{ProjectId, RollOverId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::Stage;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

text_enum! {
    /// State of a roll-over.
    RollOverState {
        /// Proposed: lines can be edited.
        Proposed = "proposed" "拟定",
        /// Confirmed: year plans were created.
        Confirmed = "confirmed" "已确认",
    }
}

/// Roll-over of unfinished projects into a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RollOver {
    /// Its id.
    pub id: RollOverId,
    /// Year for which plans are proposed.
    pub year: Year,
    /// Last month included in the figures: December of the year before.
    pub through: Month,
    /// Current state.
    pub state: RollOverState,
    /// Number of the document that ordered the new plans; empty until confirmed.
    pub document_number: String,
    /// The last proposal.
    pub proposed: RollOverStep,
    /// The confirmation; `None` until confirmed.
    pub confirmed: Option<RollOverStep>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Proposal or confirmation of a roll-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RollOverStep {
    /// Instant at which it was made.
    pub at: Timestamp,
    /// Username of the account that made it.
    pub by: String,
}

/// Planned start and finish of a project, which limit the months of a new plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlannedDates {
    /// Planned start; `None` if construction has started.
    pub start: Option<NaiveDate>,
    /// Planned finish.
    pub finish: Option<NaiveDate>,
}

/// Proposal for one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RollOverLine {
    /// The project.
    pub project_id: ProjectId,
    /// Total investment minus all completed investment.
    pub remaining: Fen,
    /// Investment planned for the old year and not completed.
    pub carried: Fen,
    /// Proposed investment of the new year.
    pub annual: Fen,
    /// True if a year plan is created for the project on confirmation.
    pub included: bool,
    /// Reason for a manual change; may be empty.
    pub note: String,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl RollOverLine {
    /// Proposes a line for `project` after its `old` year has ended.
    ///
    /// `None` if the project is finished, ended or terminated.
    ///
    /// If the project is planned to finish in the new year, the proposal is everything that
    /// remains; otherwise the remaining amount in proportion to the months until the planned
    /// finish, but at least the amount carried over.
    pub(crate) fn propose(project: &ProjectYear, old: Period) -> Option<Self> {
        let finished = project.finishes.actual.is_some() || project.ended_on.is_some();
        let building =
            matches!(project.stage, Stage::Planned | Stage::Reserve | Stage::Construction);
        if finished || !building {
            return None;
        }
        let figures = project.figures(old);
        let carried = (figures.planned - figures.completed).max(Fen::ZERO);
        // Of an unknown total, what remains of the plan is known alone.
        let remaining = match project.total {
            Fen::ZERO => carried,
            total => (total - figures.completed_ever).max(Fen::ZERO),
        };
        let share = share(
            remaining,
            carried,
            project.finishes.planned,
            old.year().december().next().year(),
        );
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

    /// Validates the annual amount a user enters, against the project's `total` investment.
    ///
    /// # Errors
    /// `negative`, `above-total`, at `/annual_investment_wan`.
    pub(crate) fn check_annual(annual: Fen, total: Fen) -> Result<Fen, FieldError> {
        let refuse = |code, zh: String, en: String| {
            Err(FieldError::new("/annual_investment_wan", code, Words::new(zh, en)))
        };
        if annual.is_negative() {
            return refuse("negative", "不能为负。".to_owned(), "Cannot be negative.".to_owned());
        }
        if total > Fen::ZERO && annual > total {
            let total = total.to_wan();
            return refuse(
                "above-total",
                format!("超过项目总投资 {total} 万元。"),
                format!("Greater than the project's total investment of {total} 万元."),
            );
        }
        Ok(annual)
    }

    /// Distributes the annual amount over the months of `year`.
    ///
    /// Equal parts from the planned start to the planned finish, if they are in `year`; else from
    /// January or to December. The last month takes the rounding remainder.
    pub(crate) fn months(&self, year: Year, dates: PlannedDates) -> MonthlyAmounts {
        let of_year = |day: Option<NaiveDate>| {
            day.map(Month::of).filter(|m| m.year() == year).map(Month::number)
        };
        let first = of_year(dates.start).unwrap_or(1);
        let last = of_year(dates.finish).filter(|last| *last >= first).unwrap_or(12);
        let parts = i64::from(last - first + 1);
        // Integer division rounds down because the amounts are never negative.
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

/// Part of `remaining` for `year`, in proportion to the months from January to the planned finish.
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

    /// Total 10,000 万元; 500 invested before the year; 1,200 planned in it.
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
        // Total 10,000 万元; 500 invested before the year; 1,200 planned; 900 completed.
        let mut it = project();
        it.reports = vec![report("2021-05", ReportState::Confirmed, 900 * WAN)];
        let line = |finish: Option<&str>| {
            let mut it = it.clone();
            it.finishes.planned = finish.map(day);
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
            "the carried amount, if no finish is planned"
        );
        assert_eq!(line(Some("2021-06-30")).annual, Fen::new(8_600 * WAN), "overdue: all of it");
    }

    #[test]
    fn what_is_finished_or_given_up_does_not_go_on() {
        let mut it = project();
        it.finishes.actual = Some(day("2021-11-30"));
        assert_eq!(RollOverLine::propose(&it, old()), None);
        it.finishes.actual = None;
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
            let dates = PlannedDates { start: start.map(at), finish: finish.map(at) };
            let months = line.months(Year::new(2022).unwrap(), dates);
            prop_assert_eq!(months.sum(), Fen::new(annual));
            prop_assert!(months.0.iter().all(|m| !m.is_negative()));
        }
    }
}
