//! What rules say when they refuse.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::month::Month;
use crate::domain::project::Stage;
use crate::domain::report::ReportState;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::words::Words;

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON pointer into the body, such as `/months/3`.
    pub pointer: String,
    /// Stable public code.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub words: Words,
    /// Where in a file it stands, when it came in one.
    pub place: Option<Box<CellPlace>>,
}

/// Where in a file something stands, as people find it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellPlace {
    /// The sheet's name.
    pub sheet: String,
    /// The row, the first being 1.
    pub row: u32,
    /// The column by its letters; `None` when the whole row is meant.
    pub column: Option<String>,
}

impl CellPlace {
    /// The place in words.
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
    /// A complaint about the field at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, words: Words) -> Self {
        Self { pointer: pointer.into(), code, words, place: None }
    }
}

/// Why the state of things forbids what was asked. The code is public API; the text is for people
/// and says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A stage that does not follow from the one a project is in.
    #[error("a project in stage {from} cannot move to {to}; from here it can move to: {allowed}")]
    StageMove {
        /// Where the project is.
        from: Stage,
        /// Where it was to go.
        to: Stage,
        /// Where it could go, separated by commas.
        allowed: String,
    },
    /// A move that goes back needs to say why.
    #[error("moving from {from} to {to} needs a reason")]
    ReasonRequired {
        /// Where the project is.
        from: Stage,
        /// Where it was to go.
        to: Stage,
    },
    /// Construction starts with a national project code.
    #[error(
        "construction needs the national project code, or `code_reason` that says why there is none yet; set it with PATCH first"
    )]
    CodeRequired,
    /// Something that is said to have happened, but not yet.
    #[error("{day} lies in the future; today is {today}")]
    InFuture {
        /// The day given.
        day: NaiveDate,
        /// The business day.
        today: NaiveDate,
    },
    /// An end before its beginning.
    #[error("{day} lies before {earlier}, when it began")]
    BeforeStart {
        /// The day given.
        day: NaiveDate,
        /// The day it cannot precede.
        earlier: NaiveDate,
    },
    /// A report that is not in the state the step needs.
    #[error("the report is {state}; this step needs one that is {needed}. {next}")]
    ReportState {
        /// What it is.
        state: ReportState,
        /// What it should be, separated by "or".
        needed: &'static str,
        /// The way forward, in English.
        next: &'static str,
        /// The way forward, in Chinese.
        next_zh: &'static str,
    },
    /// A report of a month that has not begun.
    #[error("{0} has not begun yet; report it once it has")]
    MonthAhead(Month),
    /// A month without investment during construction must say why.
    #[error("nothing was invested this month: fill in `zero_reason` before you submit")]
    ZeroReasonRequired,
    /// A report of a year before the project was registered.
    #[error("the project is registered from {0} on; earlier months cannot be reported")]
    BeforeRegistration(i32),
    /// What the state of a reporting month forbids.
    #[error(transparent)]
    Month(#[from] MonthRefusal),
    /// A grant that would have ended before it began.
    #[error("{until} has passed already; it is {now} now")]
    GrantInPast {
        /// The end given.
        until: Timestamp,
        /// The instant it is.
        now: Timestamp,
    },
    /// The first version of a year plan is there already.
    #[error(
        "the year plan of {0} exists, and a version is never overwritten; change it by an adjustment"
    )]
    YearPlanExists(i32),
    /// A year plan after the project had ended.
    #[error("the project ended in {0}; there is nothing to plan after it")]
    ProjectEnded(i32),
    /// A milestone that was reached is not forecast any more.
    #[error("the milestone was reached on {0}; clear `actual_date` first if that was wrong")]
    MilestoneReached(NaiveDate),
}

impl From<RuleError> for FieldError {
    fn from(error: RuleError) -> Self {
        Self::new("", error.code(), error.words())
    }
}

impl RuleError {
    /// Stable public code.
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

    /// The refusal for people, in both languages.
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
