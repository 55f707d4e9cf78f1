//! Restatements (更正): the only way to change the amount of a closed month.

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{ProjectId, RestatementId, UserId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::{Report, ReportState};
use crate::domain::words::Words;

/// Correction of a project's completed investment in a closed month.
///
/// It is added to the report and does not replace it; both remain visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restatement {
    /// Its id.
    pub id: RestatementId,
    /// The project.
    pub project_id: ProjectId,
    /// Closed month that is corrected.
    pub month: Month,
    /// Amount added to the month; negative reduces it.
    pub amount: Fen,
    /// Reason.
    pub reason: String,
    /// Person who approved it.
    pub approver: String,
    /// Instant at which it was entered.
    pub created_at: Timestamp,
    /// Account that entered it.
    pub created_by: Option<UserId>,
}

/// Current amount of a closed month: the confirmed report plus all earlier restatements.
pub(crate) fn standing(report: Option<&Report>, before: &[Restatement]) -> Fen {
    let counted = report.filter(|r| r.state == ReportState::Confirmed);
    let reported = counted.map_or(Fen::ZERO, |r| r.figures.completed);
    reported + before.iter().map(|r| r.amount).sum()
}

/// Validates the amount of a restatement of a month whose current amount is [`standing`].
///
/// # Errors
/// `zero`, `below-zero`, at `/amount_wan`.
pub(crate) fn check_amount(amount: Fen, standing: Fen) -> Result<Fen, FieldError> {
    let refuse = |code, zh: String, en: String| {
        Err(FieldError::new("/amount_wan", code, Words::new(zh, en)))
    };
    if amount.is_zero() {
        let zh = "更正金额不能为零。".to_owned();
        return refuse("zero", zh, "Must not be zero.".to_owned());
    }
    if (standing + amount).is_negative() {
        let standing = standing.to_wan();
        return refuse(
            "below-zero",
            format!("该月现为 {standing} 万元，最多只能冲减到零。"),
            format!(
                "The current amount of the month is {standing} 万元; the result must not be negative."
            ),
        );
    }
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_sequence_of_restatements_takes_a_month_below_zero(
            reported in 0_i64..1_000,
            amounts in proptest::collection::vec(-1_000_i64..1_000, 0..20),
        ) {
            let mut standing = Fen::new(reported);
            for amount in amounts.into_iter().map(Fen::new) {
                let refused = check_amount(amount, standing).map_err(|e| e.code);
                match refused {
                    Ok(amount) => standing += amount,
                    Err("zero") => prop_assert!(amount.is_zero()),
                    Err(_) => prop_assert!((standing + amount).is_negative()),
                }
                prop_assert!(!standing.is_negative());
            }
        }
    }
}
