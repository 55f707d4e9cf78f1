//! Answers about jobs that no kind of job shapes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::JobId;
use crate::domain::job::{JobKind, JobState};
use crate::store::jobs::Job;
use crate::usecases::answer::API;

/// A job that was queued.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QueuedJob)]
pub(crate) struct QueuedJobView {
    /// The job's id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// `queued`.
    pub state: JobState,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Address of the job, which shows progress and result; also in `Location`.
    #[schema(example = "/api/v1/jobs/7")]
    pub href: String,
}

impl From<Job> for QueuedJobView {
    fn from(Job { id, kind, state, created_at, .. }: Job) -> Self {
        Self { id, kind, state, created_at, href: format!("{API}/jobs/{id}") }
    }
}
