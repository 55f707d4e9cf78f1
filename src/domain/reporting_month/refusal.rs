//! Why the state of a reporting month forbids something, and the way forward.

use chrono::NaiveDate;

use crate::domain::month::Month;

/// Why the state of a reporting month forbids what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MonthRefusal {
    /// A month the commission has not opened, or not yet.
    #[error("{}", not_open(*.month, *.opens_on))]
    NotOpen {
        /// The month.
        month: Month,
        /// The day it opens, when that is known.
        opens_on: Option<NaiveDate>,
    },
    /// A month whose due date has passed.
    #[error(
        "reports of {month} were due on {due_on}; ask the commission for a late grant (POST /reporting-months/{month}/grants)"
    )]
    Overdue {
        /// The month.
        month: Month,
        /// The last day that was in time.
        due_on: NaiveDate,
    },
    /// A month that is locked.
    #[error(
        "{0} is closed and its figures are locked; the commission can restate it (POST /projects/{{id}}/reports/{0}/restatements)"
    )]
    Closed(Month),
    /// A month that is not locked, where a restatement is not the way.
    #[error(
        "{0} is still open: have its report returned and corrected; a restatement is for closed months"
    )]
    StillOpen(Month),
    /// A month that cannot be published because it is open.
    #[error(
        "{0} is still open: close it first (POST /reporting-months/{0}/closing), then publish it"
    )]
    NotClosed(Month),
    /// A month that was published.
    #[error(
        "{0} was published and stays as it was; read it (GET /bulletins/{0}), or restate what was wrong"
    )]
    AlreadyPublished(Month),
    /// A month before which another one is open.
    #[error(
        "{earlier} is still open and the figures of {month} contain it: close {earlier} first (POST /reporting-months/{earlier}/closing)"
    )]
    EarlierOpen {
        /// The month.
        month: Month,
        /// The one that is open.
        earlier: Month,
    },
    /// A month after which another one was published.
    #[error(
        "{later} is published already and bulletins follow each other; what {month} came to is in it"
    )]
    LaterPublished {
        /// The month.
        month: Month,
        /// The one that was published.
        later: Month,
    },
    /// A month that cannot close because reports are still in time.
    #[error(
        "reports of {month} are in time until {due_on}; close it after that day, or bring `due_on` forward first"
    )]
    NotDue {
        /// The month.
        month: Month,
        /// The last day that is in time.
        due_on: NaiveDate,
    },
    /// A month that cannot close because reports wait for a decision.
    #[error(
        "{count} submitted report(s) of {month} wait for a decision: confirm or return them first, see GET /reporting-months/{month}/filings?status=submitted"
    )]
    Unreviewed {
        /// The month.
        month: Month,
        /// How many wait.
        count: i64,
    },
}

impl MonthRefusal {
    /// Stable public code.
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
        }
    }

    /// The refusal in Chinese.
    pub fn zh(&self) -> String {
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
