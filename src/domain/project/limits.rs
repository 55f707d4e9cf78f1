//! What the total investment of a project cannot be below: its annual plans and what is done.

use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::words::Words;

/// Annual plan of a project in one year, in its latest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnualPlan {
    /// The year.
    pub year: Year,
    /// Planned investment of the year.
    pub annual: Fen,
}

/// What is planned for and done in a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvestmentFloor {
    /// The highest annual plan; `None` if no year is planned.
    pub highest_plan: Option<AnnualPlan>,
    /// Confirmed in the register, with restatements; without what was invested before it.
    pub completed: Fen,
}

impl InvestmentFloor {
    /// Checks a change of the total or of what was invested before against what is planned and
    /// done. What `before` already broke and the change leaves alone is not refused again: a report
    /// may take a project above its total, with a warning.
    ///
    /// Errors at `/total_investment_wan`: `below-plan`, `below-done`; at `/invested_before_wan`:
    /// `above-total`.
    pub fn check(&self, before: &ProjectFacts, after: &ProjectFacts) -> Vec<FieldError> {
        let total = after.total;
        let invested = after.invested_before;
        let mut errors = Vec::new();
        if total <= Fen::ZERO {
            // Refused for that alone.
            return errors;
        }
        if total != before.total {
            errors.extend(self.below_plan(total));
        }
        let done = invested + self.completed;
        let changed = total != before.total || invested != before.invested_before;
        if changed && done > total {
            errors.push(if total == before.total {
                above_total(done, total)
            } else {
                below_done(total, done)
            });
        }
        errors
    }

    fn below_plan(&self, total: Fen) -> Option<FieldError> {
        let AnnualPlan { year, annual } = self.highest_plan.filter(|plan| plan.annual > total)?;
        let total = total.to_wan();
        let annual = annual.to_wan();
        let words = Words::new(
            format!("总投资 {total} 万元低于 {year} 年度计划 {annual} 万元；请先调整年度计划。"),
            format!(
                "A total of {total} 万元 is less than the {annual} 万元 planned for {year}; adjust that plan first."
            ),
        );
        Some(FieldError::new("/total_investment_wan", "below-plan", words))
    }
}

fn below_done(total: Fen, done: Fen) -> FieldError {
    let total = total.to_wan();
    let done = done.to_wan();
    let words = Words::new(
        format!("总投资 {total} 万元低于累计已完成投资 {done} 万元。"),
        format!("A total of {total} 万元 is less than the {done} 万元 already invested."),
    );
    FieldError::new("/total_investment_wan", "below-done", words)
        .compared_with(&["/invested_before_wan"])
}

/// Error of what was invested before the register: with what is `done` since, more than the total.
pub(super) fn above_total(done: Fen, total: Fen) -> FieldError {
    let total = total.to_wan();
    let done = done.to_wan();
    let words = Words::new(
        format!("累计完成投资 {done} 万元超过总投资 {total} 万元。"),
        format!("{done} 万元 invested is more than the total of {total} 万元."),
    );
    FieldError::new("/invested_before_wan", "above-total", words)
        .compared_with(&["/total_investment_wan"])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::project::Stage;
    use crate::domain::project::tests::project;

    fn facts(total: i64, invested_before: i64) -> ProjectFacts {
        ProjectFacts {
            total: Fen::new(total),
            invested_before: Fen::new(invested_before),
            ..project(Stage::Construction).facts
        }
    }

    fn floor(annual: i64, completed: i64) -> InvestmentFloor {
        let year = Year::new(2021).unwrap();
        let highest_plan = Some(AnnualPlan { year, annual: Fen::new(annual) });
        InvestmentFloor { highest_plan, completed: Fen::new(completed) }
    }

    fn codes(of: InvestmentFloor, before: (i64, i64), after: (i64, i64)) -> Vec<&'static str> {
        let errors = of.check(&facts(before.0, before.1), &facts(after.0, after.1));
        errors.iter().map(|e| e.code).collect()
    }

    #[test]
    fn the_total_stays_at_or_above_plan_and_what_is_done() {
        let of = floor(1_200, 700);

        assert_eq!(codes(of, (10_000, 300), (1_200, 300)), Vec::<&str>::new());
        assert_eq!(codes(of, (10_000, 300), (1_199, 300)), ["below-plan"]);
        assert_eq!(codes(of, (10_000, 600), (1_250, 600)), ["below-done"]);
        assert_eq!(codes(of, (10_000, 300), (999, 300)), ["below-plan", "below-done"]);
        assert_eq!(codes(of, (10_000, 300), (10_000, 9_301)), ["above-total"]);
        assert_eq!(codes(of, (10_000, 300), (10_000, 9_300)), Vec::<&str>::new());
    }

    #[test]
    fn what_a_report_took_above_the_total_does_not_lock_other_fields() {
        let of = floor(1_200, 2_000);

        assert_eq!(codes(of, (1_500, 0), (1_500, 0)), Vec::<&str>::new());
        assert_eq!(codes(of, (1_500, 0), (1_600, 0)), ["below-done"]);
        assert_eq!(codes(of, (1_500, 0), (2_000, 0)), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn no_sequence_of_accepted_changes_breaks_the_limit(
            annual in 0_i64..50, completed in 0_i64..50,
            wanted in proptest::collection::vec((1_i64..150, 0_i64..100), 0..30),
        ) {
            let of = floor(annual, completed);
            let mut now = (100, 0);
            for change in wanted {
                if codes(of, now, change).is_empty() {
                    now = change;
                }
                prop_assert!(now.0 >= annual && now.0 >= now.1 + completed);
            }
        }
    }
}
