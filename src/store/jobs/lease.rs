//! The lease of a job: who works on it, how far it is, and how it ends.

use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::store::jobs::{Job, JobAnswer, JobRows, OPEN, get};
use crate::store::schema::{job_files, job_progress as progress, jobs};
use crate::store::{Conn, Result, StoreError};

/// A lease of a job: only its holder works on the job and ends it.
#[derive(Clone, Debug)]
pub struct JobLease {
    /// The job.
    pub job: JobId,
    /// Holder.
    pub holder: String,
    /// When the lease ends.
    pub until: Timestamp,
}

/// Begins a job for `lease`. Returns the job with its file, or `None` if another holder was first.
pub fn begin(conn: &mut Conn, lease: &JobLease, now: Timestamp) -> Result<Option<(Job, Vec<u8>)>> {
    let free = progress::table
        .filter(progress::job_id.eq(lease.job.0))
        .filter(progress::leased_until.le(now.naive()));
    let leased = diesel::update(free)
        .set((progress::leased_until.eq(lease.until.naive()), progress::judged_rows.eq(0)))
        .execute(conn)?;
    let open = jobs::table.find(lease.job.0).filter(jobs::state.eq_any(OPEN));
    if leased == 0 || open.count().get_result::<i64>(conn)? == 0 {
        return Ok(None);
    }
    diesel::update(jobs::table.find(lease.job.0))
        .set((
            jobs::state.eq(JobState::Running.as_str()),
            jobs::leased_by.eq(&lease.holder),
            jobs::attempts.eq(jobs::attempts + 1),
        ))
        .execute(conn)?;
    let unstarted = jobs::table.find(lease.job.0).filter(jobs::started_at.is_null());
    diesel::update(unstarted).set(jobs::started_at.eq(now.naive())).execute(conn)?;
    let file = job_files::table.filter(job_files::job_id.eq(lease.job.0)).select(job_files::bytes);
    let bytes = file.first::<Vec<u8>>(conn)?;
    Ok(Some((get(conn, lease.job)?, bytes)))
}

/// True if the holder of `lease` still has the job.
fn is_held(conn: &mut Conn, lease: &JobLease) -> Result<bool> {
    let held = jobs::table
        .find(lease.job.0)
        .filter(jobs::state.eq(JobState::Running.as_str()))
        .filter(jobs::leased_by.eq(&lease.holder));
    Ok(held.count().get_result::<i64>(conn)? > 0)
}

/// Extends the lease and stores the progress. Returns false if another holder has the job, or it
/// ended.
pub(crate) fn keep(conn: &mut Conn, lease: &JobLease, rows: JobRows) -> Result<bool> {
    if !is_held(conn, lease)? {
        return Ok(false);
    }
    diesel::update(progress::table.filter(progress::job_id.eq(lease.job.0)))
        .set((
            progress::leased_until.eq(lease.until.naive()),
            progress::total_rows.eq(rows.total),
            progress::judged_rows.eq(rows.judged),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Puts a job back into the queue, because the holder of its lease stops.
pub(crate) fn give_back(conn: &mut Conn, lease: &JobLease, now: Timestamp) -> Result<()> {
    if !is_held(conn, lease)? {
        return Ok(());
    }
    diesel::update(jobs::table.find(lease.job.0))
        .set((
            jobs::state.eq(JobState::Queued.as_str()),
            jobs::leased_by.eq(None::<String>),
            jobs::attempts.eq(jobs::attempts - 1),
        ))
        .execute(conn)?;
    diesel::update(progress::table.filter(progress::job_id.eq(lease.job.0)))
        .set((progress::leased_until.eq(now.naive()), progress::judged_rows.eq(0)))
        .execute(conn)?;
    Ok(())
}

/// Frees the jobs whose holder was killed. For a database that one process serves.
pub(crate) fn free_all(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::update(progress::table.filter(progress::leased_until.gt(now.naive())))
        .set(progress::leased_until.eq(now.naive()))
        .execute(conn)?;
    Ok(())
}

/// How a job ended.
#[derive(Clone, Debug)]
pub struct JobEnd {
    /// Its last state.
    pub state: JobState,
    /// Its answer.
    pub answer: JobAnswer,
    /// Its progress.
    pub rows: JobRows,
    /// When.
    pub at: Timestamp,
}

/// Ends a job and deletes its file; call it in the transaction of its work.
///
/// # Errors
/// [`StoreError::Stale`] if another holder has the job.
pub fn end(conn: &mut Conn, lease: &JobLease, end: &JobEnd) -> Result<()> {
    let mine = jobs::table
        .find(lease.job.0)
        .filter(jobs::state.eq(JobState::Running.as_str()))
        .filter(jobs::leased_by.eq(&lease.holder));
    let ended = diesel::update(mine)
        .set((
            jobs::state.eq(end.state.as_str()),
            jobs::status.eq(end.answer.status),
            jobs::answer.eq(&end.answer.body),
            jobs::total_rows.eq(end.rows.total),
            jobs::judged_rows.eq(end.rows.judged),
            jobs::written_rows.eq(end.rows.written),
            jobs::ended_at.eq(end.at.naive()),
        ))
        .execute(conn)?;
    if ended == 0 {
        return Err(StoreError::Stale);
    }
    diesel::delete(job_files::table.filter(job_files::job_id.eq(lease.job.0))).execute(conn)?;
    Ok(())
}
