//! Progress formulas, each with its numerator and denominator.

use std::num::NonZero;

use crate::domain::figures::Figures;
use crate::domain::figures::edition::Edition;
use crate::domain::money::Fen;
use crate::domain::rate::{Hundredths, Rate, Ratio};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Method to compute expected progress at the end of a month (时序进度).
    ExpectedMode {
        /// Elapsed months ÷ 12.
        Calendar = "calendar" "按日历",
        /// Planned investment through the month ÷ planned investment of the year.
        Curve = "curve" "按月度计划",
        /// Each year plan weighted by the elapsed share of its project's active months.
        Active = "active" "按有效工期",
    }
}

/// Common denominator of 1 to 12, so that shares of active months add up exactly.
pub(crate) const ACTIVE_DENOMINATOR: u32 = 27_720;

/// Completion rate (完成率): completed ÷ year plans.
///
/// Numerator: completed investment from January to the month of the summary. Denominator: the year
/// plans on the requested basis. No percentage if the denominator is zero; never reported as 0 %.
pub(crate) fn against_plan(figures: &Figures) -> Rate {
    Rate::new(figures.completed, figures.planned)
}

/// Completed ÷ annual investment promised in the plan document's envelope.
pub(crate) fn against_promise(figures: &Figures, promised_annual: Fen) -> Rate {
    Rate::new(figures.completed, promised_annual)
}

/// (Invested before the register began + all confirmed investment) ÷ total investment.
pub(crate) fn total_completion(figures: &Figures) -> Rate {
    Rate::new(figures.completed_ever, figures.total)
}

/// Expected completed investment at the end of month `number` (1 to 12), in 分.
fn expected_amount(mode: ExpectedMode, number: u32, figures: &Figures) -> Ratio {
    let planned = i128::from(figures.planned.get());
    match mode {
        ExpectedMode::Calendar => Ratio::of(planned * i128::from(number), MONTHS),
        ExpectedMode::Curve => Ratio::of(figures.planned_through.get().into(), ONE),
        ExpectedMode::Active => Ratio::of(figures.active_share, ACTIVE),
    }
}

const ONE: NonZero<u32> = NonZero::<u32>::MIN;
const MONTHS: NonZero<u32> = ONE.saturating_add(11);
const ACTIVE: NonZero<u32> = ONE.saturating_add(ACTIVE_DENOMINATOR - 1);
const PERCENT_HUNDREDTHS: NonZero<u32> = ONE.saturating_add(9_999);

/// Expected progress at the end of month `number` (1 to 12), as a fraction of the year.
///
/// `None` if nothing is planned: there is nothing whose progress could be expected. The first
/// edition stated the elapsed months by calendar all the same.
pub(crate) fn expected(
    mode: ExpectedMode,
    number: u32,
    figures: &Figures,
    edition: Edition,
) -> Option<Ratio> {
    match (mode, edition) {
        (ExpectedMode::Calendar, Edition::First) => Some(Ratio::of(number.into(), MONTHS)),
        _ => expected_amount(mode, number, figures).part_of(figures.planned),
    }
}

/// Completion rate minus expected progress, in percentage points.
///
/// Computed from exact fractions and rounded once. `None` if nothing is planned.
pub(crate) fn deviation(mode: ExpectedMode, number: u32, figures: &Figures) -> Option<Hundredths> {
    let done = Ratio::of(figures.completed.get().into(), ONE);
    let ahead = done.minus(expected_amount(mode, number, figures));
    ahead.part_of(figures.planned).map(Ratio::percent)
}

/// Smallest amount that, if completed by the end of month `number`, makes the deviation at least
/// `points`; computed exactly.
pub(crate) fn wanted(
    mode: ExpectedMode,
    number: u32,
    figures: &Figures,
    points: Hundredths,
) -> Fen {
    let planned = i128::from(figures.planned.get());
    let behind = Ratio::of(planned.strict_mul(points.get().into()), PERCENT_HUNDREDTHS);
    expected_amount(mode, number, figures).plus(behind).rounded_up()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::plan::tests::PLAN_2021;

    fn yi(text: &str) -> Fen {
        Fen::parse_yi(text).unwrap()
    }

    fn figures(planned: &str, completed: &str) -> Figures {
        Figures { planned: yi(planned), completed: yi(completed), ..Figures::ZERO }
    }

    #[test]
    fn the_plan_document_sums_to_the_figures_computed_from_it() {
        let count: i64 = PLAN_2021.iter().map(|line| i64::from(line.0)).sum();
        let total: Fen = PLAN_2021.iter().map(|line| yi(line.1)).sum();
        let annual: Fen = PLAN_2021.iter().map(|line| yi(line.2)).sum();

        assert_eq!(count, 152);
        assert_eq!(total, yi("1445.68"));
        assert_eq!(annual, yi("363.81"));
        // 363.81 of 1445.68 is 25.1653 %: a quarter of the total was planned for that one year.
        assert_eq!(Rate::new(annual, total).percent().unwrap().to_string(), "25.17");
    }

    #[test]
    fn completion_and_deviation_of_a_line_of_the_plan() {
        // 5 of 11.95 亿元 by May: 41.8410 % of the plan; 5/12 is 41.6667 %; 0.1743 points ahead.
        let line = figures("11.95", "5");

        assert_eq!(against_plan(&line).percent().unwrap().to_string(), "41.84");
        let deviation = deviation(ExpectedMode::Calendar, 5, &line);
        assert_eq!(deviation.unwrap().to_string(), "0.17");
        assert_eq!(against_promise(&line, yi("12.5")).percent().unwrap().to_string(), "40.00");
    }

    #[test]
    fn a_published_rate_of_another_place_comes_out() {
        // 98.5 亿元 planned, 21.01 亿元 completed through April: 21.33 %.
        assert_eq!(against_plan(&figures("98.5", "21.01")).percent().unwrap().to_string(), "21.33");
    }

    #[test]
    fn expected_progress_has_three_meanings() {
        let line = Figures {
            planned: Fen::new(1_000),
            planned_through: Fen::new(250),
            // 600 with 3 of 9 months elapsed, 400 with 1 of 2: 200 + 200.
            active_share: (600 * 3 * (ACTIVE_DENOMINATOR / 9) + 400 * (ACTIVE_DENOMINATOR / 2))
                .into(),
            ..Figures::ZERO
        };
        let percent =
            |mode| expected(mode, 5, &line, Edition::CURRENT).unwrap().percent().to_string();

        assert_eq!(percent(ExpectedMode::Calendar), "41.67");
        assert_eq!(percent(ExpectedMode::Curve), "25.00");
        assert_eq!(percent(ExpectedMode::Active), "40.00");
    }

    #[test]
    fn nothing_planned_has_no_rate_and_no_deviation() {
        let nothing = figures("0", "3");

        assert_eq!(against_plan(&nothing).percent(), None);
        for mode in ExpectedMode::ALL {
            assert_eq!(expected(*mode, 5, &nothing, Edition::CURRENT), None, "{mode}");
        }
        // What was published by the first edition keeps 5 of 12 months.
        let first = expected(ExpectedMode::Calendar, 5, &nothing, Edition::First);
        assert_eq!(first.unwrap().percent().to_string(), "41.67");
        for mode in ExpectedMode::ALL {
            assert_eq!(deviation(*mode, 5, &nothing), None);
        }
    }

    #[test]
    fn a_nation_s_sums_still_fit() {
        // 50 万亿元 a year is 5 × 10^15 分; the test uses a hundred times that.
        let planned = 5 * 10_i64.pow(17);
        let nation = Figures {
            planned: Fen::new(planned),
            planned_through: Fen::new(planned / 4),
            active_share: i128::from(planned / 4) * i128::from(ACTIVE_DENOMINATOR),
            completed: Fen::new(planned / 5),
            ..Figures::ZERO
        };

        for mode in ExpectedMode::ALL {
            assert_eq!(deviation(*mode, 3, &nation).unwrap().to_string(), "-5.00");
            assert_eq!(wanted(*mode, 3, &nation, Hundredths::new(-500)), nation.completed);
        }
    }

    proptest! {
        #[test]
        fn what_is_wanted_is_just_enough(
            planned in 1_i64..10_i64.pow(13),
            through in 0_i64..=100,
            month in 1_u32..=12,
            points in -3_000_i64..=0,
        ) {
            let points = Hundredths::new(points);
            let figures = Figures {
                planned: Fen::new(planned),
                planned_through: Fen::new(planned / 100 * through),
                active_share: i128::from(planned) * i128::from(month * (ACTIVE_DENOMINATOR / 12)),
                ..Figures::ZERO
            };
            for mode in ExpectedMode::ALL {
                let enough = wanted(*mode, month, &figures, points);
                let behind = |completed: Fen| {
                    let done = Ratio::of(completed.get().into(), ONE);
                    let allowed = i128::from(planned) * i128::from(points.get());
                    let ahead = done.minus(expected_amount(*mode, month, &figures));
                    ahead.minus(Ratio::of(allowed, PERCENT_HUNDREDTHS)).is_negative()
                };
                prop_assert!(!behind(enough));
                prop_assert!(behind(enough - Fen::new(1)));
            }
        }
    }

    #[test]
    fn months_divide_the_common_denominator() {
        assert!((1..=12).all(|months| ACTIVE_DENOMINATOR.is_multiple_of(months)));
    }
}
