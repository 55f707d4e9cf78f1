//! Does jobs, one after another. Each server instance does one at a time; a lease ensures that a job
//! is done by one instance. A job whose instance was killed is begun again, by any instance after
//! the lease ends, and on SQLite at the next start: the work and the end of a job are saved in one
//! transaction, so that a job that has not ended has changed nothing.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use tokio::sync::watch;
use tokio::time::{interval, sleep};
use tracing::{info, warn};

use crate::api::imports::ImportQuery;
use crate::api::imports::options::ReadOptions;
use crate::api::imports::run::{self, ImportRequest, Tracking};
use crate::background::task::{Pruning, Task};
use crate::domain::id::JobId;
use crate::domain::job::{ATTEMPTS, JobState, KEPT_DAYS};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::long_write::LongCaller;
use crate::http::problem::Problem;
use crate::http::query::{self, QueryPair};
use crate::http::stored::StoredReply;
use crate::store::jobs::{self, Job, JobAnswer, JobEnd, JobLease, JobRows};
use crate::store::{Conn, DatabaseUrl, StoreError, rehearsal};
use crate::usecases::imports::progress::ImportProgress;
use crate::usecases::jobs::queue;
use crate::usecases::random::random_text;
use crate::usecases::refusal::Refusal;

/// Polling interval when nothing wakes us: another instance may have queued a job, or have died.
const PAUSE: Duration = Duration::from_secs(1);
/// Pause after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Interval at which progress is stored and the lease extended.
const TICK: Duration = Duration::from_secs(1);
/// Length of a lease, in seconds.
const LEASE_SECONDS: i64 = 15;

/// Starts to do jobs. Told to stop, it ends the job under way with its next row and puts it back
/// into the queue.
///
/// # Errors
/// A sentence: the system gives no random bytes.
pub(crate) fn start(app: &App) -> Result<Task, String> {
    let me = random_text().map_err(|e| e.to_string())?;
    Ok(Task::start_local(|stopping| Worker { app: app.clone(), me, stopping }.serve()))
}

struct Worker {
    app: App,
    /// Lease holder id of this instance.
    me: String,
    stopping: watch::Receiver<bool>,
}

impl Worker {
    async fn serve(mut self) {
        let mut pruning = Pruning::after_days(KEPT_DAYS);
        let mut is_first = true;
        loop {
            let pause = match self.round(&mut is_first, &mut pruning).await {
                Ok(true) => Duration::ZERO,
                Ok(false) => PAUSE,
                Err(error) => {
                    warn!("cannot do jobs: {error}");
                    AFTER_FAILURE
                }
            };
            let wake = self.app.jobs.clone();
            tokio::select! {
                biased;
                _ = self.stopping.changed() => break,
                () = wake.queued(), if pause == PAUSE => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Does the next job; returns false if there is none.
    async fn round(&self, is_first: &mut bool, pruning: &mut Pruning) -> Result<bool, StoreError> {
        let now = self.app.clock.now();
        if std::mem::take(is_first) {
            self.recover().await?;
        }
        if let Some(before) = pruning.due(now)
            && self.app.db.read(move |conn| jobs::has_old(conn, before)).await?
        {
            self.app.db.write(move |conn| jobs::prune(conn, before)).await?;
        }
        let Some(id) = self.app.db.read(move |conn| jobs::next(conn, now)).await? else {
            return Ok(false);
        };
        let lease = self.lease(id);
        let mine = lease.clone();
        let begun = self.app.db.write(move |conn| jobs::begin(conn, &mine, now)).await?;
        if let Some((job, file)) = begun {
            self.work(lease, job, file.into()).await?;
        }
        Ok(true)
    }

    /// Frees what a killed process left behind. On PostgreSQL other instances may be at work, and
    /// leases end by themselves.
    async fn recover(&self) -> Result<(), StoreError> {
        if let DatabaseUrl::Sqlite(file) = self.app.db.url() {
            rehearsal::remove_leftovers(file);
            let now = self.app.clock.now();
            self.app.db.write(move |conn| jobs::free_all(conn, now)).await?;
        }
        Ok(())
    }

    fn lease(&self, job: JobId) -> JobLease {
        let until = self.app.clock.now().plus_seconds(LEASE_SECONDS);
        JobLease { job, holder: self.me.clone(), until }
    }

    /// Does a job and stores how it ended.
    async fn work(&self, lease: JobLease, job: Job, file: Bytes) -> Result<(), StoreError> {
        let progress = Arc::<ImportProgress>::default();
        let id = lease.job.0;
        info!(job = id, "a job begins");
        let done = tokio::select! {
            done = self.import(&lease, &job, file, Arc::clone(&progress)) => done,
            () = self.follow(lease.job, &progress) => Err(Problem::busy()),
        };
        let Err(problem) = done else {
            info!(job = id, "a job is done");
            return Ok(());
        };
        let is_stopping = *self.stopping.borrow();
        if is_stopping || problem.status == StatusCode::SERVICE_UNAVAILABLE {
            if !is_stopping {
                sleep(PAUSE).await;
            }
            let now = self.app.clock.now();
            return self.app.db.write(move |conn| jobs::give_back(conn, &lease, now)).await;
        }
        info!(job = id, "a job was not done: {problem}");
        let end = self.end_of(&job, &problem, &progress);
        self.app.db.write(move |conn| jobs::end(conn, &lease, &end)).await
    }

    async fn import(
        &self,
        lease: &JobLease,
        job: &Job,
        file: Bytes,
        progress: Arc<ImportProgress>,
    ) -> Result<StoredReply, Problem> {
        if job.attempts > ATTEMPTS {
            return Err(Problem::broken(format!("job {} was begun too often", job.id)));
        }
        let parsed = query::parse::<QueryPair<ImportQuery, ReadOptions>>(&job.parameters, false)?;
        let request = ImportRequest { query: parsed.0, options: parsed.1 };
        let of = job.clone();
        let caller = self.app.ask_anonymously(move |asked| queue::caller_of(asked, &of)).await?;
        let caller = caller.ok_or_else(account_is_gone)?;
        run::must_be_permitted(&caller, request.query.kind)?;
        let caller = LongCaller { caller, language: queue::language_of(job), now: self.app.now() };
        let _slot = self.app.imports.acquire().await?;
        let lease = lease.clone();
        let clock = Arc::clone(&self.app.clock);
        let seen = Arc::clone(&progress);
        let is_dry = request.query.dry_run;
        let store = move |conn: &mut Conn, reply: &StoredReply| -> Result<(), Refusal> {
            let mut rows = rows_of(&seen);
            rows.written = rows.total.filter(|_| !is_dry).unwrap_or(0);
            let answer = JobAnswer { status: reply.status().into(), body: reply.body().to_owned() };
            let end = JobEnd { state: JobState::Done, answer, rows, at: clock.now() };
            Ok(jobs::end(conn, &lease, &end)?)
        };
        let tracking = Tracking { progress, store: Some(Arc::new(store)) };
        run::run(&self.app, &caller, request, file, tracking).await
    }

    /// Stores the progress and extends the lease; returns when the job must end.
    async fn follow(&self, job: JobId, progress: &ImportProgress) {
        let mut stopping = self.stopping.clone();
        let mut ticks = interval(TICK);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stopping.changed() => {
                    progress.stop();
                    return;
                }
            }
            let lease = self.lease(job);
            let rows = rows_of(progress);
            let kept = self.app.db.write(move |conn| jobs::keep(conn, &lease, rows)).await;
            if let Err(error) = kept {
                warn!(job = job.0, "cannot store the progress of a job: {error}");
            }
        }
    }

    fn end_of(&self, job: &Job, problem: &Problem, progress: &ImportProgress) -> JobEnd {
        let is_ours = problem.status.is_server_error();
        let state = if is_ours { JobState::Failed } else { JobState::Refused };
        if let Some(cause) = &problem.cause {
            tracing::error!(job = job.id.0, "{cause}");
        }
        let body = problem.body(queue::language_of(job), &job.starter.request_id);
        let body = serde_json::to_string(&body).unwrap_or_default();
        let answer = JobAnswer { status: problem.status.as_u16().into(), body };
        JobEnd { state, answer, rows: rows_of(progress), at: self.app.clock.now() }
    }
}

fn rows_of(progress: &ImportProgress) -> JobRows {
    let (total, judged) = progress.counts();
    let count = |rows: u32| i32::try_from(rows).unwrap_or(i32::MAX);
    JobRows { total: (total > 0).then(|| count(total)), judged: count(judged), written: 0 }
}

fn account_is_gone() -> Problem {
    let words = Words::new(
        "提交任务的账号或接口客户端已停用。",
        "The account or machine client that asked for the job is disabled.",
    );
    Problem::new(StatusCode::FORBIDDEN, "forbidden", words)
}
