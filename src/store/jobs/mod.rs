//! Jobs with their files, progress and answers.

pub(crate) mod lease;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ClientId, JobId, SessionId, UserId};
use crate::domain::job::{JobKind, JobState};
use crate::store::schema::{job_files, job_progress as progress, jobs};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

pub(crate) use lease::{JobEnd, JobLease, begin, end, free_all, give_back, keep};

/// Who asked for a job, and through what.
#[derive(Clone, Debug)]
pub struct JobStarter {
    /// Account.
    pub user: UserId,
    /// Session of the request.
    pub session: SessionId,
    /// Machine client that acts through the account.
    pub client: Option<ClientId>,
    /// Scopes of the machine client's token, separated by spaces.
    pub scopes: Option<String>,
    /// Name of the account or machine client.
    pub name: String,
    /// Id of the request.
    pub request_id: String,
    /// Network address of the request.
    pub origin: String,
}

/// How far a job is, in rows of its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobRows {
    /// Rows of the file; `None` until it was read.
    pub total: Option<i32>,
    /// Rows that were judged.
    pub judged: i32,
    /// Rows that were written.
    pub written: i32,
}

/// Answer of an ended job: that of the same request without a job.
#[derive(Clone, Debug)]
pub struct JobAnswer {
    /// HTTP status.
    pub status: i32,
    /// Body, as JSON.
    pub body: String,
}

/// Job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub state: JobState,
    /// Query of its request.
    pub parameters: String,
    /// Language of its answer, as `zh` or `en`.
    pub language: String,
    /// Who asked for it.
    pub starter: JobStarter,
    /// Progress.
    pub rows: JobRows,
    /// Answer, once it ended.
    pub answer: Option<JobAnswer>,
    /// How often it was begun.
    pub attempts: i32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was begun for the first time.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct Row {
    id: i64,
    kind: String,
    state: String,
    parameters: String,
    language: String,
    user_id: i64,
    session_id: i64,
    client: Option<i64>,
    scopes: Option<String>,
    actor_name: String,
    request_id: String,
    origin: String,
    total_rows: Option<i32>,
    judged_rows: i32,
    written_rows: i32,
    status: Option<i32>,
    answer: Option<String>,
    attempts: i32,
    created_at: NaiveDateTime,
    started_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let answer = row.status.zip(row.answer);
        Ok(Self {
            id: JobId(row.id),
            kind: StoreError::read_text(&row.kind)?,
            state: StoreError::read_text(&row.state)?,
            parameters: row.parameters,
            language: row.language,
            starter: JobStarter {
                user: UserId(row.user_id),
                session: SessionId(row.session_id),
                client: row.client.map(ClientId),
                scopes: row.scopes,
                name: row.actor_name,
                request_id: row.request_id,
                origin: row.origin,
            },
            rows: JobRows {
                total: row.total_rows,
                judged: row.judged_rows,
                written: row.written_rows,
            },
            answer: answer.map(|(status, body)| JobAnswer { status, body }),
            attempts: row.attempts,
            created_at: Timestamp::new(row.created_at),
            started_at: row.started_at.map(Timestamp::new),
            ended_at: row.ended_at.map(Timestamp::new),
        })
    }
}

/// Job to be queued.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// Query of its request.
    pub parameters: String,
    /// Language of its answer, as `zh` or `en`.
    pub language: String,
    /// Who asks for it.
    pub starter: JobStarter,
    /// When.
    pub created_at: Timestamp,
}

/// Queues a job with its file.
pub fn insert(conn: &mut Conn, new: &NewJob, file: &[u8]) -> Result<Job> {
    let starter = &new.starter;
    let id: i64 = diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(new.kind.as_str()),
            jobs::state.eq(JobState::Queued.as_str()),
            jobs::parameters.eq(&new.parameters),
            jobs::language.eq(&new.language),
            jobs::user_id.eq(starter.user.0),
            jobs::session_id.eq(starter.session.0),
            jobs::client.eq(starter.client.map(|client| client.0)),
            jobs::scopes.eq(&starter.scopes),
            jobs::actor_name.eq(&starter.name),
            jobs::request_id.eq(&starter.request_id),
            jobs::origin.eq(&starter.origin),
            jobs::created_at.eq(new.created_at.naive()),
        ))
        .returning(jobs::id)
        .get_result(conn)?;
    diesel::insert_into(job_files::table)
        .values((job_files::job_id.eq(id), job_files::bytes.eq(file)))
        .execute(conn)?;
    diesel::insert_into(progress::table)
        .values((progress::job_id.eq(id), progress::leased_until.eq(new.created_at.naive())))
        .execute(conn)?;
    get(conn, JobId(id))
}

/// Loads a job, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, id: JobId) -> Result<Job> {
    let row: Row = jobs::table.find(id.0).select(Row::as_select()).first(conn)?;
    let mut one = vec![Job::try_from(row)?];
    add_progress(conn, &mut one)?;
    one.pop().ok_or(StoreError::NotFound)
}

/// Adds the progress of the jobs that have not ended.
fn add_progress(conn: &mut Conn, all: &mut [Job]) -> Result<()> {
    let open: Vec<i64> = all.iter().filter(|j| !j.state.is_ended()).map(|j| j.id.0).collect();
    let rows: Vec<(i64, Option<i32>, i32)> = progress::table
        .filter(progress::job_id.eq_any(open))
        .select((progress::job_id, progress::total_rows, progress::judged_rows))
        .load(conn)?;
    for (id, total, judged) in rows {
        for job in all.iter_mut().filter(|job| job.id.0 == id) {
            job.rows = JobRows { total, judged, written: 0 };
        }
    }
    Ok(())
}

/// One page of the jobs of `owner`, or of every account; newest first.
pub(crate) fn list(
    conn: &mut Conn,
    owner: Option<UserId>,
    page: &PageRequest,
) -> Result<Page<Job>> {
    let wanted = || {
        let mut query = jobs::table.into_boxed();
        if let Some(owner) = owner {
            query = query.filter(jobs::user_id.eq(owner.0));
        }
        query
    };
    let mut query = wanted().select(Row::as_select());
    if let Some(after) = page.after_id()? {
        query = query.filter(jobs::id.lt(after));
    }
    let rows: Vec<Row> = query.order(jobs::id.desc()).limit(page.rows_to_fetch()).load(conn)?;
    let total = page.total(|| wanted().count().get_result(conn))?;
    let mut page = page.by_id(rows, total, |row: &Row| row.id, Job::try_from)?;
    add_progress(conn, &mut page.items)?;
    Ok(page)
}

/// States of jobs that wait or run.
const OPEN: [&str; 2] = [JobState::Queued.as_str(), JobState::Running.as_str()];

/// Number of jobs that wait or run.
pub(crate) fn count_open(conn: &mut Conn) -> Result<i64> {
    Ok(jobs::table.filter(jobs::state.eq_any(OPEN)).count().get_result(conn)?)
}

/// The oldest job that nobody works on.
pub(crate) fn next(conn: &mut Conn, now: Timestamp) -> Result<Option<JobId>> {
    let id = jobs::table
        .inner_join(progress::table)
        .filter(jobs::state.eq_any(OPEN))
        .filter(progress::leased_until.le(now.naive()))
        .order(jobs::id)
        .select(jobs::id)
        .first::<i64>(conn)
        .optional()?;
    Ok(id.map(JobId))
}

/// True if a job ended before `before`.
pub(crate) fn has_old(conn: &mut Conn, before: Timestamp) -> Result<bool> {
    let old = jobs::table.filter(jobs::ended_at.lt(before.naive())).select(jobs::id);
    Ok(old.first::<i64>(conn).optional()?.is_some())
}

/// Deletes the jobs that ended before `before`.
pub(crate) fn prune(conn: &mut Conn, before: Timestamp) -> Result<()> {
    let old = || jobs::table.filter(jobs::ended_at.lt(before.naive()));
    let ids: Vec<i64> = old().select(jobs::id).load(conn)?;
    diesel::delete(progress::table.filter(progress::job_id.eq_any(ids))).execute(conn)?;
    diesel::delete(old()).execute(conn)?;
    Ok(())
}
