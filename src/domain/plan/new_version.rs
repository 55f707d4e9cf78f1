//! A new version of a year plan: what it may take effect on, its amounts, and how it is built.

use crate::domain::clock::Timestamp;
use crate::domain::effective_month::{must_be_in, must_not_precede, refused};
use crate::domain::error::FieldError;
use crate::domain::id::UserId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{MonthlyAmounts, PlanVersion, PlanVersionKind};
use crate::domain::words::Words;

/// Texts of a year plan version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VersionWords {
    /// Goal of the year; may be empty.
    pub goal: String,
    /// Number of the document that ordered it; may be empty.
    pub document_number: String,
    /// Reason; may be empty.
    pub reason: String,
}

/// Validates the effective month of a new version of the plan of `year`.
///
/// It must not change what closed months were measured against, and versions must take effect in
/// the order they were entered.
///
/// # Errors
/// `out-of-range`, `month-closed`, `before-version`, at `/effective_month`.
pub(crate) fn may_take_effect(
    effective: Month,
    year: Year,
    last_closed: Option<Month>,
    previous: Option<Month>,
) -> Result<(), FieldError> {
    must_be_in(year, effective)?;
    if let Some(closed) = last_closed.filter(|closed| effective <= *closed) {
        return Err(refused(
            "month-closed",
            format!("{closed} 及以前的月份已关闭，新版本须自 {} 起生效。", closed.next()),
            format!("{closed} is closed; a version can take effect from {} on.", closed.next()),
        ));
    }
    must_not_precede(previous, effective)
}

/// Type of a version and the first month to which it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Type of the version.
    pub kind: PlanVersionKind,
    /// First month to which it applies.
    pub month: Month,
}

/// Validated amounts of a year plan version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedAmounts {
    /// Planned investment of the year.
    pub annual: Fen,
    /// Planned investment by month.
    pub months: MonthlyAmounts,
}

impl CheckedAmounts {
    /// Builds the first version: type 年初 if it takes effect in January, 追加 if later.
    pub(crate) fn first(
        self,
        effective_month: Month,
        words: VersionWords,
        now: Timestamp,
        by: Option<UserId>,
    ) -> PlanVersion {
        let kind = match effective_month.number() {
            1 => PlanVersionKind::Initial,
            _ => PlanVersionKind::Addition,
        };
        self.version(1, Effect { kind, month: effective_month }, words, now, by)
    }

    /// Builds the version after `previous`; an empty goal is copied from `previous`.
    pub(crate) fn after(
        self,
        previous: &PlanVersion,
        effect: Effect,
        words: VersionWords,
        now: Timestamp,
        by: Option<UserId>,
    ) -> PlanVersion {
        let goal = if words.goal.is_empty() { previous.goal.clone() } else { words.goal };
        let words = VersionWords { goal, ..words };
        self.version(previous.number + 1, effect, words, now, by)
    }

    fn version(
        self,
        number: i32,
        effect: Effect,
        words: VersionWords,
        created_at: Timestamp,
        created_by: Option<UserId>,
    ) -> PlanVersion {
        PlanVersion {
            number,
            kind: effect.kind,
            effective_month: effect.month,
            annual: self.annual,
            months: self.months,
            goal: words.goal,
            document_number: words.document_number,
            reason: words.reason,
            created_at,
            created_by,
        }
    }

    /// Validates the amounts of a version against the project's total investment; zero if it is
    /// unknown, and then it limits nothing.
    ///
    /// # Errors
    /// All invalid fields: not twelve months, a negative month, a sum of the months that differs
    /// from the year, a year above the total investment.
    pub(crate) fn check(annual: Fen, months: &[Fen], total: Fen) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        for (index, month) in months.iter().enumerate().filter(|(_, m)| m.is_negative()) {
            let words = Words::new(
                format!("{} 月计划不能为负（{} 万元）。", index + 1, month.to_wan()),
                format!("Month {} cannot be negative ({} 万元).", index + 1, month.to_wan()),
            );
            errors.push(FieldError::new(format!("/months/{index}"), "negative", words));
        }
        if annual.is_negative() {
            let words = Words::new("年度计划投资不能为负。", "Cannot be negative.");
            errors.push(FieldError::new("/annual_investment_wan", "negative", words));
        }
        if total > Fen::ZERO && annual > total {
            let words = Words::new(
                format!("年度计划 {} 万元超过总投资 {} 万元。", annual.to_wan(), total.to_wan()),
                format!(
                    "{} 万元 for the year is more than the total of {} 万元.",
                    annual.to_wan(),
                    total.to_wan()
                ),
            );
            errors.push(FieldError::new("/annual_investment_wan", "above-total", words));
        }
        let sum: Fen = months.iter().copied().sum();
        let twelve = <[Fen; 12]>::try_from(months).ok();
        if twelve.is_none() {
            let words = Words::new("须填写十二个月。", "Give twelve months.");
            errors.push(FieldError::new("/months", "not-twelve", words));
        } else if sum != annual {
            let sum = sum.to_wan();
            let annual = annual.to_wan();
            let words = Words::new(
                format!("十二个月合计 {sum} 万元，与年度计划 {annual} 万元不符。"),
                format!("The twelve months sum to {sum} 万元, not to the year's {annual} 万元."),
            );
            let error = FieldError::new("/months", "not-the-sum", words);
            errors.push(error.compared_with(&["/annual_investment_wan"]));
        }
        match twelve {
            Some(months) if errors.is_empty() => {
                Ok(Self { annual, months: MonthlyAmounts(months) })
            }
            Some(_) | None => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{ProjectId, YearPlanId};
    use crate::domain::plan::year_plan::YearPlan;

    fn wan(text: &str) -> Fen {
        Fen::parse_wan(text).unwrap()
    }

    fn codes(result: Result<CheckedAmounts, Vec<FieldError>>) -> Vec<(String, &'static str)> {
        result.unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn months_must_sum_to_the_year_and_the_year_stay_below_the_total() {
        let mut months = [wan("10"); 12];
        months[3] = wan("-1");

        let wrong = CheckedAmounts::check(wan("200"), &months, wan("150"));

        assert_eq!(
            codes(wrong),
            [
                ("/months/3".to_owned(), "negative"),
                ("/annual_investment_wan".to_owned(), "above-total"),
                ("/months".to_owned(), "not-the-sum"),
            ]
        );
    }

    #[test]
    fn eleven_months_are_no_year() {
        let wrong = CheckedAmounts::check(wan("110"), &[wan("10"); 11], wan("150"));

        assert_eq!(codes(wrong), [("/months".to_owned(), "not-twelve")]);
    }

    #[test]
    fn a_version_takes_effect_after_what_is_closed_and_after_the_one_before() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let (year, closed) = (Year::new(2021).unwrap(), Some(month("2021-05")));
        let check = |effective: &str, previous: &str| {
            may_take_effect(month(effective), year, closed, Some(month(previous)))
                .map_err(|e| e.code)
        };

        assert_eq!(check("2021-06", "2021-01"), Ok(()));
        assert_eq!(check("2021-05", "2021-01"), Err("month-closed"));
        assert_eq!(check("2021-06", "2021-07"), Err("before-version"));
        assert_eq!(check("2022-01", "2021-01"), Err("out-of-range"));
        assert_eq!(may_take_effect(month("2021-01"), year, None, None), Ok(()));
    }

    #[test]
    fn the_version_in_force_is_the_last_that_had_taken_effect() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let now = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
        let amounts = |wan_a_month: &str| {
            let months = [wan(wan_a_month); 12];
            let annual = months.iter().copied().sum();
            CheckedAmounts::check(annual, &months, annual).unwrap()
        };
        let words = |goal: &str| VersionWords { goal: goal.to_owned(), ..VersionWords::default() };
        let first = amounts("10").first(month("2021-02"), words("封顶"), now, None);
        let effect = Effect { kind: PlanVersionKind::Adjustment, month: month("2021-07") };
        let second = amounts("8").after(&first, effect, words(""), now, None);
        let plan = YearPlan {
            id: YearPlanId(1),
            project_id: ProjectId(1),
            year: Year::new(2021).unwrap(),
            versions: vec![first.clone(), second.clone()],
            version: 2,
        };

        assert_eq!(first.kind, PlanVersionKind::Addition);
        assert_eq!((second.number, second.goal.as_str()), (2, "封顶"));
        let number = |text| plan.in_force(month(text)).map(|v| v.number);
        assert_eq!(
            [number("2021-01"), number("2021-06"), number("2021-07"), number("2021-12")],
            [None, Some(1), Some(2), Some(2)]
        );
    }

    proptest! {
        #[test]
        fn every_split_of_a_year_is_accepted(months in proptest::array::uniform12(0_i64..10_i64.pow(13))) {
            let months = months.map(Fen::new);
            let annual: Fen = months.iter().copied().sum();
            let plan = CheckedAmounts::check(annual, &months, annual).unwrap();
            prop_assert_eq!(plan.months.sum(), annual);
            prop_assert_eq!(plan.months.through(12), annual);
            prop_assert_eq!(plan.months.through(0), Fen::ZERO);
        }
    }
}
