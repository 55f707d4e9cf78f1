//! Dates that rules of several nouns refuse.

use chrono::NaiveDate;

use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// Reason why a date is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateRefusal {
    /// An actual date lies in the future.
    #[error("{day} is in the future; today is {today}")]
    InFuture {
        /// Date given.
        day: NaiveDate,
        /// Current business day.
        today: NaiveDate,
    },
    /// An end date is earlier than the start date.
    #[error("{day} is before the start date {earlier}")]
    BeforeStart {
        /// Date given.
        day: NaiveDate,
        /// Earliest allowed date.
        earlier: NaiveDate,
    },
}

impl DateRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InFuture { .. } => "in-future",
            Self::BeforeStart { .. } => "before-start",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::InFuture { day, today } => {
                format!("{day} 晚于今天（{today}），实际日期不能在将来。")
            }
            Self::BeforeStart { day, earlier } => format!("{day} 早于开始日期 {earlier}，请核对。"),
        };
        Words::new(zh, format!("{self}."))
    }
}

impl From<DateRefusal> for FieldError {
    fn from(refusal: DateRefusal) -> Self {
        Self::new("", refusal.code(), refusal.words())
    }
}

/// A refusal that may be about the date that was given.
pub trait OfDate {
    /// The refusal of the date; `None` if the refusal has another reason.
    fn of_date(&self) -> Option<&DateRefusal>;
}
