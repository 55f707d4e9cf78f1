//! What a project is to invest in a year: versions that are never overwritten.

use super::clock::Timestamp;
use super::error::FieldError;
use super::id::{ProjectId, UserId, YearPlanId};
use super::money::Fen;
use super::month::{Month, Year};
use super::text_enum::text_enum;
use super::words::Words;

text_enum! {
    /// Why a version of a year plan came to be.
    PlanVersionKind {
        /// 年初: the first.
        Initial = "initial" "年初计划",
        /// 调整
        Adjustment = "adjustment" "调整",
        /// 追加
        Addition = "addition" "追加",
        /// 更正
        Correction = "correction" "更正",
    }
}

text_enum! {
    /// Which version of the year plans a rate is measured against (口径).
    Basis {
        /// 年初: the first version.
        Initial = "initial" "年初计划",
        /// 调整后: the latest version.
        Current = "current" "调整后计划",
    }
}

/// Planned investment of the twelve months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthlyAmounts(pub [Fen; 12]);

impl MonthlyAmounts {
    /// The whole year.
    pub fn sum(&self) -> Fen {
        self.0.iter().copied().sum()
    }

    /// Month `number` (1 to 12).
    pub fn of(&self, number: u32) -> Fen {
        let index = usize::try_from(number).unwrap_or(0).wrapping_sub(1);
        self.0.get(index).copied().unwrap_or_default()
    }

    /// January to month `number` (1 to 12).
    pub fn through(&self, number: u32) -> Fen {
        let months = usize::try_from(number).unwrap_or(12);
        self.0.iter().take(months).copied().sum()
    }
}

/// One version of a year plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanVersion {
    /// 1 for the first.
    pub number: i32,
    /// Why it came to be.
    pub kind: PlanVersionKind,
    /// The month it takes effect.
    pub effective_month: Month,
    /// Planned investment of the year.
    pub annual: Fen,
    /// Month by month; sums to the year.
    pub months: MonthlyAmounts,
    /// The goal of the year in words; may be empty.
    pub goal: String,
    /// The document that ordered it; may be empty.
    pub document_number: String,
    /// Why; empty for the first.
    pub reason: String,
    /// When it was entered.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<UserId>,
}

/// A project's plan for a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearPlan {
    /// Its id.
    pub id: YearPlanId,
    /// The project.
    pub project_id: ProjectId,
    /// The year.
    pub year: Year,
    /// Every version, the first first.
    pub versions: Vec<PlanVersion>,
    /// For the ETag.
    pub version: i64,
}

/// The first version of a year plan, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstVersion {
    /// Planned investment of the year.
    pub annual: Fen,
    /// Month by month.
    pub months: MonthlyAmounts,
    /// The goal of the year in words.
    pub goal: String,
}

impl FirstVersion {
    /// The version to be stored.
    pub fn into_version(self, year: Year, now: Timestamp, by: Option<UserId>) -> PlanVersion {
        PlanVersion {
            number: 1,
            kind: PlanVersionKind::Initial,
            effective_month: year.january(),
            annual: self.annual,
            months: self.months,
            goal: self.goal,
            document_number: String::new(),
            reason: String::new(),
            created_at: now,
            created_by: by,
        }
    }

    /// Checks what a first version is made of against the project's total investment.
    ///
    /// # Errors
    /// Every wrong field: not twelve months, a negative month, months that do not sum to the
    /// year, a year above the total.
    pub fn check(
        annual: Fen,
        months: &[Fen],
        goal: String,
        total: Fen,
    ) -> Result<Self, Vec<FieldError>> {
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
        if annual > total {
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
            let (sum, annual) = (sum.to_wan(), annual.to_wan());
            let words = Words::new(
                format!("十二个月合计 {sum} 万元，与年度计划 {annual} 万元不符。"),
                format!("The twelve months sum to {sum} 万元, not to the year's {annual} 万元."),
            );
            errors.push(FieldError::new("/months", "not-the-sum", words));
        }
        match twelve {
            Some(months) if errors.is_empty() => {
                Ok(Self { annual, months: MonthlyAmounts(months), goal })
            }
            Some(_) | None => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wan(text: &str) -> Fen {
        Fen::parse_wan(text).unwrap()
    }

    fn codes(result: Result<FirstVersion, Vec<FieldError>>) -> Vec<(String, &'static str)> {
        result.unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn months_must_sum_to_the_year_and_the_year_stay_below_the_total() {
        let mut months = [wan("10"); 12];
        months[3] = wan("-1");

        let wrong = FirstVersion::check(wan("200"), &months, String::new(), wan("150"));

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
        let wrong = FirstVersion::check(wan("110"), &[wan("10"); 11], String::new(), wan("150"));

        assert_eq!(codes(wrong), [("/months".to_owned(), "not-twelve")]);
    }

    proptest! {
        #[test]
        fn every_split_of_a_year_is_accepted(months in proptest::array::uniform12(0_i64..10_i64.pow(13))) {
            let months = months.map(Fen::new);
            let annual: Fen = months.iter().copied().sum();
            let plan = FirstVersion::check(annual, &months, String::new(), annual).unwrap();
            prop_assert_eq!(plan.months.sum(), annual);
            prop_assert_eq!(plan.months.through(12), annual);
            prop_assert_eq!(plan.months.through(0), Fen::ZERO);
        }
    }
}
