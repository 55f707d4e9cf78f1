//! Reasons why a change of a milestone is refused.

use chrono::NaiveDate;

use crate::domain::date::{DateRefusal, OfDate};
use crate::domain::words::Words;

/// Reason why a change of a milestone is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MilestoneRefusal {
    /// The milestone was already reached, so its forecast cannot change.
    #[error("the milestone was reached on {0}; clear `actual_date` first if that was wrong")]
    Reached(NaiveDate),
    /// The date is wrong.
    #[error(transparent)]
    Date(#[from] DateRefusal),
}

impl MilestoneRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reached(_) => "milestone-reached",
            Self::Date(refusal) => refusal.code(),
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Reached(day) => {
                format!("该节点已于 {day} 完成；如登记有误，请先清除 actual_date。")
            }
            Self::Date(refusal) => refusal.words().zh,
        };
        Words::new(zh, format!("{self}."))
    }
}

impl OfDate for MilestoneRefusal {
    fn of_date(&self) -> Option<&DateRefusal> {
        match self {
            Self::Date(refusal) => Some(refusal),
            Self::Reached(_) => None,
        }
    }
}
