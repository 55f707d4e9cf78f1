//! Jobs as the API shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::imports::log::ImportView;
use crate::domain::clock::Timestamp;
use crate::domain::id::{JobId, UserId};
use crate::domain::job::{JobKind, JobState};
use crate::http::problem_body::ProblemBody;
use crate::store::jobs::{Job, JobRows};

/// Work that goes on after its request was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobView {
    /// The job's id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// How far it is: `queued`, `running`, and at the end `done`, `refused` or `failed`. Unless it
    /// is `done`, nothing was saved.
    pub state: JobState,
    /// Query of the request that asked for it.
    #[schema(example = "kind=reports")]
    pub parameters: String,
    /// Progress in rows of the file.
    pub progress: JobProgress,
    /// Id of the account that asked for it.
    pub user_id: UserId,
    /// Name of the account or machine client that asked for it.
    #[schema(example = "commission")]
    pub started_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was begun; null while it waits.
    pub started_at: Option<Timestamp>,
    /// When it ended; null until then.
    pub ended_at: Option<Timestamp>,
    /// When it and its result are deleted; null until it ended. Its file is deleted when it ends.
    pub kept_until: Option<Timestamp>,
    /// Result of a job that is `done`: the body that the same request without `Prefer` answers.
    /// Absent in lists and for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ImportView>, nullable = false)]
    pub result: Option<Value>,
    /// Why a job was `refused` or `failed`: the problem that the same request without `Prefer`
    /// answers. Absent in lists and for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody>, nullable = false)]
    pub problem: Option<Value>,
}

/// Progress of a job, in rows of its file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobProgress {
    /// Rows of the file; null until it was read.
    pub total: Option<i32>,
    /// Rows that were read.
    pub read: i32,
    /// Rows that were judged. It begins again if what they rely on changed.
    pub judged: i32,
    /// Rows that were written: created, changed or found unchanged. All at once, at the end.
    pub written: i32,
}

impl From<JobRows> for JobProgress {
    fn from(JobRows { total, judged, written }: JobRows) -> Self {
        Self { total, read: total.unwrap_or(0), judged, written }
    }
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        let kept_until = job.ended_at.map(|at| at.plus_hours(24 * crate::domain::job::KEPT_DAYS));
        let body = |answer: &str| serde_json::from_str(answer).unwrap_or(Value::Null);
        let is_done = job.state == JobState::Done;
        let body = job.answer.as_ref().map(|answer| body(&answer.body));
        let (result, problem) = if is_done { (body, None) } else { (None, body) };
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            parameters: job.parameters,
            progress: job.rows.into(),
            user_id: job.starter.user,
            started_by: job.starter.name,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            kept_until,
            result,
            problem,
        }
    }
}
