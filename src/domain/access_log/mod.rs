//! The access log: log-ins, failed ones too, refused requests and downloads. All but good log-ins are
//! counted per minute before they are stored.
//!
//! What a stranger sends must not fill memory or the database. Equal entries of one minute are one
//! line with a count; of one source only a few different lines a minute are kept apart; and the
//! lines in memory and of a day are limited. What is left out is counted.

pub(crate) mod book;
pub(crate) mod day;
pub(crate) mod log_in_room;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UserId};
use crate::domain::text_enum::text_enum;

/// Days that lines are kept at least: six months (网络安全法 21).
pub(crate) const KEPT_DAYS_AT_LEAST: u32 = 180;
/// Most different lines of one minute in memory, per class.
const MOST_A_MINUTE: usize = 2_048;

text_enum! {
    /// Kind of a line of the access log.
    AccessKind {
        /// A session was opened: by a password, or by the secret of a machine client.
        LoggedIn = "logged_in" "登录",
        /// A session was ended by its account.
        LoggedOut = "logged_out" "退出登录",
        /// A session was ended because its refresh token was used twice.
        EndedByReuse = "ended_by_reuse" "令牌被重复使用，登录已强制失效",
        /// A log-in, a client secret, a refresh token or a current password was wrong or one too many.
        LogInFailed = "log_in_failed" "登录失败",
        /// A request was refused: its token is not valid, the role may not do it, the project is not
        /// the caller's, or there were too many.
        Refused = "refused" "访问被拒",
        /// A file was downloaded: CSV, workbook, template, bulletin, open data.
        Exported = "exported" "导出下载",
        /// The database was backed up by the program.
        BackedUp = "backed_up" "数据备份",
        /// Number of entries of a day that are not stored; `code` is their class.
        LeftOut = "left_out" "未记录条数",
    }
}

text_enum! {
    /// Class of entries with a limit of its own, so that none can crowd out another.
    AccessClass {
        /// Sent without a valid token.
        Strangers = "strangers" "未登录",
        /// Refused to an account.
        Accounts = "accounts" "账号被拒",
        /// Downloads.
        Downloads = "downloads" "下载",
        /// Log-ins and log-outs.
        LogIns = "log_ins" "登录与退出",
    }
}

impl AccessClass {
    /// Most lines of a day.
    pub(crate) const fn most_a_day(self) -> i64 {
        match self {
            Self::Strangers | Self::Accounts => 10_000,
            Self::LogIns => 20_000,
            Self::Downloads => 50_000,
        }
    }

    /// Different lines of one source in a minute that are kept apart.
    const fn most_of_a_source(self) -> usize {
        match self {
            // Below the limit of a day, so that one address cannot use it up alone.
            Self::Strangers => 5,
            Self::Accounts => 10,
            Self::Downloads | Self::LogIns => MOST_A_MINUTE,
        }
    }
}

/// What entries of one line have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AccessKey {
    /// Kind.
    pub kind: AccessKind,
    /// Account of the caller.
    pub account_id: Option<UserId>,
    /// Its name; of a failed log-in the name that was given.
    pub account: String,
    /// Network address of the client.
    pub address: String,
    /// Method.
    pub method: String,
    /// Path, of a download with its query; empty for several.
    pub path: String,
    /// Status of the answer.
    pub status: u16,
    /// Code of the problem, or kind of the file; empty for several.
    pub code: String,
    /// Project that was not found: the line counts only if the project exists and is not the
    /// caller's.
    pub project: Option<ProjectId>,
}

impl AccessKey {
    /// The class it counts in.
    pub(crate) fn class(&self) -> AccessClass {
        match self.kind {
            AccessKind::Exported | AccessKind::BackedUp => AccessClass::Downloads,
            AccessKind::LoggedIn | AccessKind::LoggedOut | AccessKind::EndedByReuse => {
                AccessClass::LogIns
            }
            AccessKind::Refused if self.account_id.is_some() => AccessClass::Accounts,
            AccessKind::Refused | AccessKind::LogInFailed | AccessKind::LeftOut => {
                AccessClass::Strangers
            }
        }
    }

    /// Whom it counts against: an account or an address.
    fn source(&self) -> String {
        let account = self.account_id.map(|id| format!("#{id}"));
        account.unwrap_or_else(|| self.address.clone())
    }

    /// The line for further entries of the same source.
    fn folded(&self) -> Self {
        let account = self.account_id.map_or_else(String::new, |_| self.account.clone());
        Self {
            account,
            path: String::new(),
            code: String::new(),
            method: String::new(),
            project: None,
            ..self.clone()
        }
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct AccessEntry {
    /// What it has in common with others.
    pub key: AccessKey,
    /// Instant.
    pub at: Timestamp,
    /// Id of the request.
    pub request_id: String,
    /// Rows of a file.
    pub rows: Option<i64>,
}

/// A line with what was counted since it was last taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessLine {
    /// What its entries have in common.
    pub key: AccessKey,
    /// Start of its minute.
    pub minute: Timestamp,
    /// Number of entries.
    pub times: i64,
    /// Instant of the last.
    pub last_at: Timestamp,
    /// Id of the first request.
    pub request_id: String,
    /// Rows of a file.
    pub rows: Option<i64>,
}

/// What was taken from a [`AccessBook`](book::AccessBook) to be stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessBatch {
    /// Lines.
    pub lines: Vec<AccessLine>,
    /// Entries left out, by day and class.
    pub left_out: Vec<LeftOut>,
}

/// Number of entries that are not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Instant of the last.
    pub at: Timestamp,
    /// Their class.
    pub class: AccessClass,
    /// Their number.
    pub times: i64,
}

impl LeftOut {
    /// Its line: one per day in China and class.
    pub(crate) fn line(&self) -> AccessLine {
        let key = AccessKey {
            kind: AccessKind::LeftOut,
            account_id: None,
            account: String::new(),
            address: String::new(),
            method: String::new(),
            path: String::new(),
            status: 0,
            code: self.class.as_str().to_owned(),
            project: None,
        };
        let minute = start_of_day(self.at);
        AccessLine {
            key,
            minute,
            times: self.times,
            last_at: self.at,
            request_id: String::new(),
            rows: None,
        }
    }
}

/// Start of the minute of an instant.
pub(crate) fn start_of_minute(at: Timestamp) -> Timestamp {
    let seconds = at.unix_seconds();
    Timestamp::from_unix_seconds(seconds - seconds.rem_euclid(60)).unwrap_or(at)
}

/// Start of the day in China of an instant.
pub(crate) fn start_of_day(at: Timestamp) -> Timestamp {
    let local = at.plus_hours(8).unix_seconds();
    let start = Timestamp::from_unix_seconds(local - local.rem_euclid(86_400));
    start.map_or(at, |midnight| midnight.plus_hours(-8))
}
