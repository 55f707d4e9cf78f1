//! Why a use case was refused, without HTTP. `http::problem` maps each kind to a status.

use crate::domain::date::OfDate;
use crate::domain::error::FieldError;
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::milestone::refusal::MilestoneRefusal;
use crate::domain::plan::refusal::YearPlanRefusal;
use crate::domain::project::refusal::ProjectRefusal;
use crate::domain::proposal::ProposalRefusal;
use crate::domain::report::refusal::ReportRefusal;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::words::Words;
use crate::store::StoreError;

/// Most wrong fields that a refusal names. An answer is then no larger than the body it refuses by
/// much, and nobody corrects more at a time.
const ERRORS_LISTED: usize = 100;

/// The kind of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request cannot be read, or a parameter is wrong.
    Unreadable,
    /// Nobody is logged in, or the token is no longer valid.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// It does not exist, or the caller may not see it.
    NotFound,
    /// It existed, and is no longer what the caller knows.
    Gone,
    /// The current state forbids it.
    Conflict,
    /// It has changed since the caller read it.
    Stale,
    /// Readable, but at least one field is wrong.
    Invalid,
    /// Too many attempts; may be tried again later.
    TooMany,
    /// The database is too busy, or cannot be reached.
    Busy,
    /// The disk is full.
    NoRoom,
    /// A fault of ours.
    Broken,
}

/// Why a use case was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// Stable public code; `/problems/<code>` is the problem's type.
    pub code: &'static str,
    /// What is wrong and what to do next.
    pub words: Words,
    /// Wrong fields or parameters, the first `ERRORS_LISTED`.
    pub errors: Vec<FieldError>,
    /// How many there are.
    pub error_count: usize,
    /// When to try again, in seconds.
    pub retry_after_seconds: Option<u64>,
    /// The cause of a fault of ours; logged, not sent.
    pub cause: Option<String>,
}

impl Refusal {
    /// A refusal with a kind, a code and words.
    pub fn new(kind: RefusalKind, code: &'static str, words: Words) -> Self {
        Self {
            kind,
            code,
            words,
            errors: Vec::new(),
            error_count: 0,
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// The caller must log in (again).
    pub fn unauthenticated(code: &'static str, words: Words) -> Self {
        Self::new(RefusalKind::Unauthenticated, code, words)
    }

    /// The caller's role may not do this.
    pub fn forbidden() -> Self {
        let words = Words::new(
            "您的角色无权执行此操作；如确需办理，请联系发展改革部门或管理员。",
            "Your role may not do this. Ask the commission or the administrator if you should.",
        );
        Self::new(RefusalKind::Forbidden, "forbidden", words)
    }

    /// It does not exist, or the caller may not see it.
    pub fn not_found() -> Self {
        let words = Words::new(
            "没有找到，或您无权查看。请核对网址和编号。",
            "Not found, or you may not see it. Check the address and the ids in it.",
        );
        Self::new(RefusalKind::NotFound, "not-found", words)
    }

    /// The current state forbids it.
    pub fn conflict(code: &'static str, words: Words) -> Self {
        Self::new(RefusalKind::Conflict, code, words)
    }

    /// The request cannot be read.
    pub fn unreadable(code: &'static str, words: Words) -> Self {
        Self::new(RefusalKind::Unreadable, code, words)
    }

    /// It has changed since the caller read it.
    pub fn stale() -> Self {
        let words = Words::new(
            "该内容已被他人修改。请重新读取最新版本，确认后再提交。",
            "It has been changed since you read it. Read it again, then send your change with the new ETag.",
        );
        Self::new(RefusalKind::Stale, "stale", words)
    }

    /// Readable, but invalid; with the wrong fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::invalid_up_to(errors, ERRORS_LISTED)
    }

    /// As [`Refusal::invalid`], with the first `most` wrong fields.
    pub fn invalid_up_to(errors: Vec<FieldError>, most: usize) -> Self {
        let words = Words::new(
            format!("有 {} 处内容不符合要求，详见 errors；没有保存任何内容。", errors.len()),
            format!("{} field(s) are wrong, see `errors`. Nothing was saved.", errors.len()),
        );
        Self::new(RefusalKind::Invalid, "invalid", words).naming(errors, most)
    }

    /// Query parameters that are unknown or malformed.
    pub fn bad_parameters(errors: Vec<FieldError>) -> Self {
        let words = Words::new(
            "查询参数不符合要求，详见 errors。",
            "Query parameters are wrong, see `errors`.",
        );
        Self::new(RefusalKind::Unreadable, "bad-parameters", words).naming(errors, ERRORS_LISTED)
    }

    /// Names the wrong fields: the first `most` of them, and how many there are.
    #[must_use]
    pub fn naming(self, mut errors: Vec<FieldError>, most: usize) -> Self {
        let error_count = errors.len();
        errors.truncate(most);
        Self { errors, error_count, ..self }
    }

    /// A fault of ours. The cause is logged and not sent.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        let words = Words::new(
            "系统内部出错，已记录。请稍后重试；如仍出错，请把 request_id 告知管理员。",
            "Something broke on our side and was logged. Try again; if it stays, tell the administrator the request_id.",
        );
        let cause = Some(cause.to_string());
        Self { cause, ..Self::new(RefusalKind::Broken, "broken", words) }
    }

    /// The database is too busy now.
    pub fn busy() -> Self {
        let words = Words::new("系统繁忙，请稍后重试。", "The service is busy. Try again shortly.");
        let retry_after_seconds = Some(1);
        Self { retry_after_seconds, ..Self::new(RefusalKind::Busy, "busy", words) }
    }

    /// The server only reads.
    pub fn read_only() -> Self {
        let words = Words::new(
            "本服务只读，展示的是某一时刻的数据副本，不接受任何更改。",
            "This server only reads: it shows a copy of the register as it stood at a moment.",
        );
        Self::conflict("read-only", words)
    }

    /// The disk of the database is full.
    pub fn no_room() -> Self {
        let words = Words::new(
            "数据库所在磁盘已满，没有保存任何内容。请联系管理员清理空间后重试；查询不受影响。",
            "The disk of the database is full. Nothing was saved. Ask the administrator to make room, then try again; reading still works.",
        );
        Self::new(RefusalKind::NoRoom, "disk-full", words)
    }

    /// The connection to the database was lost while the change may have been saved.
    pub fn outcome_unknown() -> Self {
        let words = Words::new(
            "保存时与数据库的连接中断，无法确定是否已保存。请先重新读取该记录核对；若请求带有 Idempotency-Key，可用同一个键重发，不会重复执行。",
            "The connection to the database was lost while saving: it is not known whether the change was saved. Read the record again to find out, or send the request again with the same Idempotency-Key, which is never done twice.",
        );
        let retry_after_seconds = Some(5);
        Self { retry_after_seconds, ..Self::new(RefusalKind::Busy, "outcome-unknown", words) }
    }

    /// Converts a rule's refusal; a refusal of the date becomes an error of the field at `pointer`.
    pub fn of_day(pointer: &'static str, refusal: impl OfDate + Into<Self>) -> Self {
        match refusal.of_date() {
            Some(date) => Self::of_field(pointer, date.code(), date.words()),
            None => refusal.into(),
        }
    }

    fn of_field(pointer: &'static str, code: &'static str, words: Words) -> Self {
        Self::invalid(vec![FieldError::new(pointer, code, words)])
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.words.en)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Stale => Self::stale(),
            StoreError::Busy => Self::busy(),
            StoreError::Taken(what) => Self::conflict(
                "taken",
                Words::new(
                    format!("{what} 已被占用，请换一个值，或查看已有的记录。"),
                    format!(
                        "{what} is taken already. Choose another value, or look at the record that has it."
                    ),
                ),
            ),
            StoreError::BadCursor => {
                let words = Words::new(
                    "该 cursor 不属于这个列表或这种排序；请从第一页重新开始。",
                    "This cursor belongs to another list or order. Start again from the first page.",
                );
                Self::bad_parameters(vec![FieldError::new("?cursor", "bad-cursor", words)])
            }
            // The database may be back soon, or a newer program took over; why goes to the log.
            StoreError::Unreachable(_) | StoreError::NewerSchema(_) => {
                Self { cause: Some(error.to_string()), ..Self::busy() }
            }
            StoreError::Full(_) => Self { cause: Some(error.to_string()), ..Self::no_room() },
            StoreError::ReadOnly => Self::read_only(),
            StoreError::OutcomeUnknown(_) => {
                Self { cause: Some(error.to_string()), ..Self::outcome_unknown() }
            }
            StoreError::Broken(_) => Self::broken(error),
        }
    }
}

// Each match is exhaustive: a new refusal does not compile until its kind is chosen here.

impl From<ProjectRefusal> for Refusal {
    fn from(refusal: ProjectRefusal) -> Self {
        let code = refusal.code();
        let words = refusal.words();
        match refusal {
            ProjectRefusal::ReasonRequired { .. } => Self::of_field("/reason", code, words),
            ProjectRefusal::StageMove { .. }
            | ProjectRefusal::CodeRequired
            | ProjectRefusal::TotalRequired
            | ProjectRefusal::Date(_)
            | ProjectRefusal::Ended(_) => Self::conflict(code, words),
        }
    }
}

impl From<MilestoneRefusal> for Refusal {
    fn from(refusal: MilestoneRefusal) -> Self {
        match refusal {
            MilestoneRefusal::Reached(_) | MilestoneRefusal::Date(_) => {
                Self::conflict(refusal.code(), refusal.words())
            }
        }
    }
}

impl From<YearPlanRefusal> for Refusal {
    fn from(refusal: YearPlanRefusal) -> Self {
        match refusal {
            YearPlanRefusal::Exists(_) => Self::conflict(refusal.code(), refusal.words()),
        }
    }
}

impl From<MonthRefusal> for Refusal {
    fn from(refusal: MonthRefusal) -> Self {
        let code = refusal.code();
        let words = refusal.words();
        match refusal {
            MonthRefusal::GrantInPast { .. } => Self::of_field("/until", code, words),
            MonthRefusal::NotOpen { .. }
            | MonthRefusal::Overdue { .. }
            | MonthRefusal::Closed(_)
            | MonthRefusal::StillOpen(_)
            | MonthRefusal::NotClosed(_)
            | MonthRefusal::AlreadyPublished(_)
            | MonthRefusal::EarlierOpen { .. }
            | MonthRefusal::LaterPublished { .. }
            | MonthRefusal::NotDue { .. }
            | MonthRefusal::Unreviewed { .. } => Self::conflict(code, words),
        }
    }
}

impl From<ReportRefusal> for Refusal {
    fn from(refusal: ReportRefusal) -> Self {
        match refusal {
            ReportRefusal::WrongState { .. }
            | ReportRefusal::MonthAhead(_)
            | ReportRefusal::ZeroReasonRequired
            | ReportRefusal::BeforeRegistration(_)
            | ReportRefusal::NotStarted(_)
            | ReportRefusal::BeforeStart { .. }
            | ReportRefusal::AfterEnd { .. }
            | ReportRefusal::Terminated(_) => Self::conflict(refusal.code(), refusal.words()),
        }
    }
}

impl From<ProposalRefusal> for Refusal {
    fn from(refusal: ProposalRefusal) -> Self {
        let kind = match refusal {
            ProposalRefusal::Decided(_) | ProposalRefusal::Stale => RefusalKind::Conflict,
            ProposalRefusal::SamePerson
            | ProposalRefusal::PasswordIsNew
            | ProposalRefusal::NotProposer => RefusalKind::Forbidden,
        };
        Self::new(kind, refusal.code(), refusal.words())
    }
}

impl From<IssueRefusal> for Refusal {
    fn from(refusal: IssueRefusal) -> Self {
        let kind = match refusal {
            IssueRefusal::WrongState { .. } | IssueRefusal::TopLevel => RefusalKind::Conflict,
            IssueRefusal::NotYours { .. } => RefusalKind::Forbidden,
        };
        Self::new(kind, refusal.code(), refusal.words())
    }
}
