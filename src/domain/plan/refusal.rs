//! Reasons why a change of a year plan is refused.

use crate::domain::words::Words;

/// Reason why a change of a year plan is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum YearPlanRefusal {
    /// The year plan already has a first version.
    #[error(
        "the year plan of {0} already exists and versions are never overwritten; add an adjustment instead"
    )]
    Exists(i32),
}

impl YearPlanRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists(_) => "year-plan-exists",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Exists(year) => {
                format!("{year} 年度计划已存在；已有版本不覆盖，请通过计划调整形成新版本。")
            }
        };
        Words::new(zh, format!("{self}."))
    }
}
