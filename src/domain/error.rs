//! Errors of domain rules: field errors of a request body, and rule errors that depend on state.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::month::Month;
use crate::domain::project::Stage;
use crate::domain::report::ReportState;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::words::Words;

/// Validation error of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the request body, such as `/months/3`.
    pub pointer: String,
    /// Stable error code; part of the public API.
    pub code: &'static str,
    /// Explains what is wrong and what to enter instead.
    pub words: Words,
    /// Position in the uploaded file, if the value came from one.
    pub place: Option<Box<CellPlace>>,
}

/// Position of a cell in a spreadsheet, in the notation users see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellPlace {
    /// Sheet name.
    pub sheet: String,
    /// Row number, starting at 1.
    pub row: u32,
    /// Column letters; `None` if the error concerns the whole row.
    pub column: Option<String>,
}

impl CellPlace {
    /// Position as text, such as `Sheet "projects", row 3, column B`.
    pub fn words(&self) -> Words {
        let (sheet, row) = (&self.sheet, self.row);
        match &self.column {
            Some(column) => Words::new(
                format!("工作表“{sheet}”第 {row} 行 {column} 列"),
                format!("Sheet {sheet:?}, row {row}, column {column}"),
            ),
            None => Words::new(
                format!("工作表“{sheet}”第 {row} 行"),
                format!("Sheet {sheet:?}, row {row}"),
            ),
        }
    }
}

impl FieldError {
    /// Creates an error for the field at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, words: Words) -> Self {
        Self { pointer: pointer.into(), code, words, place: None }
    }
}

/// Reason why a request is refused in the current state.
///
/// [`code`](Self::code) is part of the public API. The message is for users and says what to do
/// next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
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
    /// The report is not in a state that allows the step.
    #[error("the report is {state}; this step requires a report that is {needed}. {next}")]
    ReportState {
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
    /// The state of the reporting month forbids the request.
    #[error(transparent)]
    Month(#[from] MonthRefusal),
    /// The late grant would end in the past.
    #[error("{until} is in the past; the current time is {now}")]
    GrantInPast {
        /// End given.
        until: Timestamp,
        /// Current instant.
        now: Timestamp,
    },
    /// The year plan already has a first version.
    #[error(
        "the year plan of {0} already exists and versions are never overwritten; add an adjustment instead"
    )]
    YearPlanExists(i32),
    /// The project ended before the year of the plan.
    #[error("the project ended in {0}; later years cannot be planned")]
    ProjectEnded(i32),
    /// The milestone was already reached, so its forecast cannot change.
    #[error("the milestone was reached on {0}; clear `actual_date` first if that was wrong")]
    MilestoneReached(NaiveDate),
}

impl From<RuleError> for FieldError {
    fn from(error: RuleError) -> Self {
        Self::new("", error.code(), error.words())
    }
}

impl RuleError {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StageMove { .. } => "stage-move",
            Self::ReasonRequired { .. } => "reason-required",
            Self::CodeRequired => "code-required",
            Self::InFuture { .. } => "in-future",
            Self::BeforeStart { .. } => "before-start",
            Self::ReportState { .. } => "report-state",
            Self::MonthAhead(_) => "month-ahead",
            Self::ZeroReasonRequired => "zero-reason-required",
            Self::BeforeRegistration(_) => "before-registration",
            Self::Month(refusal) => refusal.code(),
            Self::GrantInPast { .. } => "in-past",
            Self::YearPlanExists(_) => "year-plan-exists",
            Self::ProjectEnded(_) => "project-ended",
            Self::MilestoneReached(_) => "milestone-reached",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        Words::new(self.zh(), format!("{self}."))
    }

    fn zh(&self) -> String {
        match self {
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
            Self::InFuture { day, today } => {
                format!("{day} 晚于今天（{today}），实际日期不能在将来。")
            }
            Self::BeforeStart { day, earlier } => format!("{day} 早于开始日期 {earlier}，请核对。"),
            Self::ReportState { state, next_zh, .. } => {
                format!("月报当前为“{}”，不能进行这一步。{next_zh}", state.zh())
            }
            Self::MonthAhead(month) => format!("{month} 尚未开始，请到当月再填报。"),
            Self::ZeroReasonRequired => {
                "本月完成投资为零，请填写原因（zero_reason）后再提交。".to_owned()
            }
            Self::BeforeRegistration(year) => {
                format!("项目自 {year} 年起入库，不能填报更早的月份。")
            }
            Self::Month(refusal) => refusal.zh(),
            Self::GrantInPast { until, now } => {
                format!("{until} 已经过去（现在是 {now}），请给出将来的时刻。")
            }
            Self::YearPlanExists(year) => {
                format!("{year} 年度计划已存在；已有版本不覆盖，请通过计划调整形成新版本。")
            }
            Self::ProjectEnded(year) => format!("项目已于 {year} 年结束，其后年度不能再列计划。"),
            Self::MilestoneReached(day) => {
                format!("该节点已于 {day} 完成；如登记有误，请先清除 actual_date。")
            }
        }
    }
}
