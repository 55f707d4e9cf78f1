//! Reasons why a step of a monthly report is refused.

use chrono::NaiveDate;

use crate::domain::month::Month;
use crate::domain::project::Stage;
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
    /// Construction has not started.
    #[error(
        "the project is in stage {0} and has not started construction, so it has no reports yet; move it to construction first"
    )]
    NotStarted(Stage),
    /// The month lies before the start of construction.
    #[error("construction started on {start}; {month} lies before it and cannot be reported")]
    BeforeStart {
        /// Month of the report.
        month: Month,
        /// Actual start.
        start: NaiveDate,
    },
    /// The month lies after the completion or termination of the project.
    #[error(
        "the project ended on {end}; {month} lies after it and cannot be reported. Correct closed months by a restatement"
    )]
    AfterEnd {
        /// Month of the report.
        month: Month,
        /// Day of completion or termination.
        end: NaiveDate,
    },
    /// The project was terminated, and its unit has no late grant for the month.
    #[error(
        "the project was terminated on {0}; a report of a month before that is filed under a late grant, which states the reason"
    )]
    Terminated(NaiveDate),
}

impl ReportRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "report-state",
            Self::MonthAhead(_) => "month-ahead",
            Self::ZeroReasonRequired => "zero-reason-required",
            Self::BeforeRegistration(_) => "before-registration",
            Self::NotStarted(_) => "project-not-started",
            Self::BeforeStart { .. } => "month-before-start",
            Self::AfterEnd { .. } => "month-after-end",
            Self::Terminated(_) => "project-terminated",
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
            Self::NotStarted(stage) => {
                format!("项目库别为“{}”，尚未开工，没有月报可报；请先将项目转入建设。", stage.zh())
            }
            Self::BeforeStart { month, start } => {
                format!("项目于 {start} 开工，{month} 在开工之前，不能填报。")
            }
            Self::AfterEnd { month, end } => {
                format!("项目已于 {end} 结束，{month} 在结束之后，不能填报；已关闭的月份请用更正。")
            }
            Self::Terminated(end) => format!(
                "项目已于 {end} 终止；终止以前的月份须由发展改革部门说明原因、给予限时补报后填报。"
            ),
        };
        Words::new(zh, format!("{self}."))
    }
}
