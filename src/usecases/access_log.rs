//! The access log, for the auditor.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::access_log::AccessKind;
use crate::domain::clock::Timestamp;
use crate::domain::id::{AccessLineId, UserId};
use crate::store::PageRequest;
use crate::store::access_log::{self, AccessFilter, StoredLine};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// A line of the access log: the same thing within one minute, with how often.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessLine)]
pub(crate) struct AccessLineView {
    /// The line's id; increases with time.
    pub id: AccessLineId,
    /// Start of the minute the line counts; of `left_out`, start of the day in China.
    pub minute: Timestamp,
    /// Time of the last entry.
    pub last_at: Timestamp,
    /// Number of entries.
    #[schema(minimum = 1)]
    pub times: i64,
    /// Kind.
    pub kind: AccessKind,
    /// Id of the account; null without a valid token.
    #[schema(value_type = Option<i64>)]
    pub account_id: Option<UserId>,
    /// User name of the account; of a failed log-in the name that was given, which may be no account. Empty if
    /// none was given, and where one line stands for several names.
    pub account: String,
    /// Network address of the client.
    #[schema(example = "192.0.2.7")]
    pub address: String,
    /// Method; empty where one line stands for several requests.
    pub method: String,
    /// Path, of a download with its query; `/sessions/{session_id}` of a log-in or log-out; empty where one line stands for
    /// several.
    pub path: String,
    /// Status of the answer, of a log-in on a page that of the API; 0 if there was no request.
    pub status: i32,
    /// Code of the problem, kind of the file (`csv`, `xlsx`, ...), what `left_out` counts, or what was shown at a log-in
    /// (`password`, `one-time-code`, `recovery-code`, or the id of the machine client); empty where one line
    /// stands for several.
    #[schema(example = "wrong-credentials")]
    pub code: String,
    /// Number of rows of a downloaded list; null if it is not known.
    pub rows: Option<i64>,
    /// Id of the first request.
    pub request_id: String,
}

impl From<StoredLine> for AccessLineView {
    fn from(line: StoredLine) -> Self {
        Self {
            id: line.id,
            minute: line.minute,
            last_at: line.last_at,
            times: line.times,
            kind: line.kind,
            account_id: line.account_id,
            account: line.account,
            address: line.address,
            method: line.method,
            path: line.path,
            status: line.status,
            code: line.code,
            rows: line.rows,
            request_id: line.request_id,
        }
    }
}

/// Lines that `filter` admits, newest first.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: &AccessFilter,
    page: &PageRequest,
) -> Result<PageView<AccessLineView>, Refusal> {
    Ok(PageView::of(access_log::list(ask.conn, filter, page)?, AccessLineView::from))
}
