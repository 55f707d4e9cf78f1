//! Reasons why a change of a project is refused.

use crate::domain::date::{DateRefusal, OfDate};
use crate::domain::project::stage::Stage;
use crate::domain::words::Words;

/// Reason why a change of a project is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectRefusal {
    /// The stage transition is not allowed.
    #[error("a project in stage {from} cannot move to {to}; allowed stages: {allowed}")]
    StageMove {
        /// Current stage.
        from: Stage,
        /// Requested stage.
        to: Stage,
        /// Allowed stages, comma-separated.
        allowed: String,
    },
    /// A move back, or to terminated, requires a reason.
    #[error("moving from {from} to {to} requires a reason")]
    ReasonRequired {
        /// Current stage.
        from: Stage,
        /// Requested stage.
        to: Stage,
    },
    /// A move to construction requires a national project code.
    #[error(
        "construction requires the national project code, or a `code_reason` that explains why there is none yet; set it with PATCH first"
    )]
    CodeRequired,
    /// A move to construction requires the total investment.
    #[error(
        "construction requires the total investment, which is unknown so far; set it with PATCH first"
    )]
    TotalRequired,
    /// The date is wrong.
    #[error(transparent)]
    Date(#[from] DateRefusal),
    /// The project ended before the year of the plan.
    #[error("the project ended in {0}; later years cannot be planned")]
    Ended(i32),
}

impl ProjectRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StageMove { .. } => "stage-move",
            Self::ReasonRequired { .. } => "reason-required",
            Self::CodeRequired => "code-required",
            Self::TotalRequired => "total-required",
            Self::Date(refusal) => refusal.code(),
            Self::Ended(_) => "project-ended",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::StageMove { from, to, .. } => {
                let next: Vec<_> = from.next().iter().map(|s| s.zh()).collect();
                format!(
                    "项目现为“{}”，不能转为“{}”；可以转为：{}。",
                    from.zh(),
                    to.zh(),
                    next.join("、")
                )
            }
            Self::ReasonRequired { from, to } => {
                format!("由“{}”转为“{}”须填写原因（reason）。", from.zh(), to.zh())
            }
            Self::CodeRequired => {
                "转入建设前须先填写国家项目代码；确实尚未取得的，请在 code_reason 中说明原因。"
                    .to_owned()
            }
            Self::TotalRequired => "转入建设前须先填写总投资。".to_owned(),
            Self::Date(refusal) => refusal.words().zh,
            Self::Ended(year) => format!("项目已于 {year} 年结束，其后年度不能再列计划。"),
        };
        Words::new(zh, format!("{self}."))
    }
}

impl OfDate for ProjectRefusal {
    fn of_date(&self) -> Option<&DateRefusal> {
        match self {
            Self::Date(refusal) => Some(refusal),
            Self::StageMove { .. }
            | Self::ReasonRequired { .. }
            | Self::CodeRequired
            | Self::TotalRequired
            | Self::Ended(_) => None,
        }
    }
}
