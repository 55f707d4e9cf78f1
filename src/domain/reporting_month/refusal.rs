//! Reasons why the state of a reporting month forbids a request.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::month::Month;
use crate::domain::words::Words;

/// Reason why the state of a reporting month forbids a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MonthRefusal {
    /// The month is not open for reports: never opened, or its opening day is in the future.
    #[error("{}", not_open(*.month, *.opens_on))]
    NotOpen {
        /// Month requested.
        month: Month,
        /// Opening day, if the month was scheduled.
        opens_on: Option<NaiveDate>,
    },
    /// The due date has passed.
    #[error(
        "reports of {month} were due on {due_on}; ask the commission for a late grant (POST /reporting-months/{month}/grants)"
    )]
    Overdue {
        /// Month requested.
        month: Month,
        /// Due date.
        due_on: NaiveDate,
    },
    /// The month is closed.
    #[error(
        "{0} is closed and its figures are locked; the commission can restate it (POST /projects/{{id}}/reports/{0}/restatements)"
    )]
    Closed(Month),
    /// The month is open, so a restatement is not allowed.
    #[error(
        "{0} is still open: have the report returned and correct it; restatements are for closed months"
    )]
    StillOpen(Month),
    /// The month cannot be published because it is open.
    #[error(
        "{0} is still open: close it first (POST /reporting-months/{0}/closing), then publish it"
    )]
    NotClosed(Month),
    /// The month is already published.
    #[error(
        "{0} is already published and its bulletin does not change; read it (GET /bulletins/{0}), or correct errors by a restatement"
    )]
    AlreadyPublished(Month),
    /// The month cannot be published because an earlier month of the year is open.
    #[error(
        "{earlier} is still open and the figures of {month} include it: close {earlier} first (POST /reporting-months/{earlier}/closing)"
    )]
    EarlierOpen {
        /// Month to be published.
        month: Month,
        /// Earlier month that is open.
        earlier: Month,
    },
    /// The month cannot be published because a later month was published.
    #[error(
        "{later} is already published and bulletins are published in order; its figures include {month}"
    )]
    LaterPublished {
        /// Month to be published.
        month: Month,
        /// Later month that was published.
        later: Month,
    },
    /// The month cannot be closed before its due date has passed.
    #[error(
        "reports of {month} can be filed on time until {due_on}; close it after that day, or set an earlier `due_on` first"
    )]
    NotDue {
        /// Month to be closed.
        month: Month,
        /// Due date.
        due_on: NaiveDate,
    },
    /// The month cannot be closed because reports wait for review.
    #[error(
        "{count} submitted report(s) of {month} wait for review: confirm or return them first, see GET /reporting-months/{month}/filings?status=submitted"
    )]
    Unreviewed {
        /// Month to be closed.
        month: Month,
        /// Number of submitted reports.
        count: i64,
    },
    /// The late grant would end in the past.
    #[error("{until} is in the past; the current time is {now}")]
    GrantInPast {
        /// End given.
        until: Timestamp,
        /// Current instant.
        now: Timestamp,
    },
}

impl From<MonthRefusal> for FieldError {
    fn from(refusal: MonthRefusal) -> Self {
        Self::new("", refusal.code(), refusal.words())
    }
}

impl MonthRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOpen { .. } => "month-not-open",
            Self::Overdue { .. } => "month-overdue",
            Self::Closed(_) => "month-closed",
            Self::StillOpen(_) => "month-still-open",
            Self::NotClosed(_) => "month-not-closed",
            Self::AlreadyPublished(_) => "month-published",
            Self::EarlierOpen { .. } => "month-earlier-open",
            Self::LaterPublished { .. } => "month-later-published",
            Self::NotDue { .. } => "month-not-due",
            Self::Unreviewed { .. } => "month-unreviewed",
            Self::GrantInPast { .. } => "in-past",
        }
    }

    /// Message in both languages.
    pub fn words(&self) -> Words {
        Words::new(self.zh(), format!("{self}."))
    }

    fn zh(&self) -> String {
        match self {
            Self::NotOpen { month, opens_on: None } => {
                format!("{month} 尚未开放填报，请联系发展改革部门开放报告期。")
            }
            Self::NotOpen { month, opens_on: Some(day) } => {
                format!("{month} 自 {day} 起开放填报，请届时再报。")
            }
            Self::Overdue { month, due_on } => format!(
                "{month} 月报已于 {due_on} 截止；确需补报的，请向发展改革部门申请限时补报。"
            ),
            Self::Closed(month) => {
                format!(
                    "{month} 已关闭，数据已锁定；确需改动的，请由发展改革部门作更正（restatements）。"
                )
            }
            Self::StillOpen(month) => {
                format!("{month} 尚未关闭，请退回月报修改；更正只用于已关闭的月份。")
            }
            Self::NotClosed(month) => {
                format!("{month} 尚未关闭，请先关闭报告期，再发布通报。")
            }
            Self::AlreadyPublished(month) => {
                format!("{month} 已发布通报，内容不再改变；确需改动的数据请作更正。")
            }
            Self::EarlierOpen { month, earlier } => {
                format!("{earlier} 尚未关闭，而 {month} 的累计数包含该月，请先关闭 {earlier}。")
            }
            Self::LaterPublished { month, later } => {
                format!("{later} 已先行通报，通报须按月依次发布；{month} 的情况已计入其中。")
            }
            Self::NotDue { month, due_on } => {
                format!("{month} 的填报截止日期为 {due_on}，请于其后关闭，或先提前截止日期。")
            }
            Self::Unreviewed { month, count } => {
                format!("{month} 还有 {count} 份月报待审核，请先确认或退回，再关闭报告期。")
            }
            Self::GrantInPast { until, now } => {
                format!("{until} 已经过去（现在是 {now}），请给出将来的时刻。")
            }
        }
    }
}

fn not_open(month: Month, opens_on: Option<NaiveDate>) -> String {
    match opens_on {
        Some(day) => format!("{month} opens for reports on {day}; file it then"),
        None => format!(
            "{month} has not been opened for reports; ask the commission to open it (PUT /reporting-months/{month})"
        ),
    }
}
