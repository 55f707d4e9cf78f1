//! Jobs: work that goes on after its request was answered.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// What a job does.
    JobKind {
        /// Imports a file.
        Import = "import" "导入文件",
    }
}

text_enum! {
    /// How far a job is.
    JobState {
        /// Waits for its turn.
        Queued = "queued" "排队中",
        /// Is being done.
        Running = "running" "处理中",
        /// Ended; everything was saved.
        Done = "done" "已完成",
        /// Ended; nothing was saved, because the file or the caller was refused.
        Refused = "refused" "未通过",
        /// Ended; nothing was saved, because of a fault of the system.
        Failed = "failed" "出错",
    }
}

impl JobState {
    /// True if the job goes on no more.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::Refused | Self::Failed)
    }
}

/// Most jobs that wait or run at the same time.
pub const MOST_JOBS: i64 = 20;
/// Days after its end for which a job and its answer are kept. Its file is deleted when it ends.
pub(crate) const KEPT_DAYS: i64 = 7;
/// How often a job is begun. More than one attempt means that the program ended during it.
pub(crate) const ATTEMPTS: i32 = 3;
