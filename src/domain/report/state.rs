//! States of a monthly report.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// State of a monthly report.
    ReportState {
        /// Draft, not submitted.
        Draft = "draft" "草稿",
        /// Submitted for review.
        Submitted = "submitted" "已提交",
        /// Confirmed; included in the figures.
        Confirmed = "confirmed" "已确认",
        /// Returned with a reason.
        Returned = "returned" "已退回",
    }
}
