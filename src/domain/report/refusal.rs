//! Reasons why a step of a monthly report is refused.

use crate::domain::month::Month;
use crate::domain::report::state::ReportState;
use crate::domain::words::Words;

/// Reason why a step of a monthly report is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefusal {
    /// The report is not in a state that allows the step.
    #[error("the report is {state}; this step requires a report that is {needed}. {next}")]
    WrongState {
        /// Current state.
        state: ReportState,
        /// Allowed states, joined with "or".
        needed: &'static str,
        /// What to do next, in English.
        next: &'static str,
        /// What to do next, in Chinese.
        next_zh: &'static str,
    },
    /// The month of the report has not begun.
    #[error("{0} has not begun; report it after it begins")]
    MonthAhead(Month),
    /// A month without investment during construction requires a reason.
    #[error("no investment this month: fill in `zero_reason` before you submit")]
    ZeroReasonRequired,
    /// The month lies before the year in which the project was registered.
    #[error("the project was registered in {0}; earlier months cannot be reported")]
    BeforeRegistration(i32),
}

impl ReportRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "report-state",
            Self::MonthAhead(_) => "month-ahead",
            Self::ZeroReasonRequired => "zero-reason-required",
            Self::BeforeRegistration(_) => "before-registration",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::WrongState { state, next_zh, .. } => {
                format!("月报当前为“{}”，不能进行这一步。{next_zh}", state.zh())
            }
            Self::MonthAhead(month) => format!("{month} 尚未开始，请到当月再填报。"),
            Self::ZeroReasonRequired => {
                "本月完成投资为零，请填写原因（zero_reason）后再提交。".to_owned()
            }
            Self::BeforeRegistration(year) => {
                format!("项目自 {year} 年起入库，不能填报更早的月份。")
            }
        };
        Words::new(zh, format!("{self}."))
    }
}
