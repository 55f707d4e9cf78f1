//! Asking for a job, and the caller it is done for later.

use crate::domain::account::scope::ClientScope;
use crate::domain::job::{JobKind, MOST_JOBS};
use crate::domain::words::{Language, Words};
use crate::store::accounts::users::User;
use crate::store::accounts::{clients, users};
use crate::store::jobs::{self, Job, JobStarter, NewJob};
use crate::store::{Conn, StoreError};
use crate::usecases::accounts::sessions::Origin;
use crate::usecases::ask::{Anonymous, Ask};
use crate::usecases::caller::Caller;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// When to ask again while too many jobs wait, in seconds.
const RETRY_AFTER_SECONDS: u64 = 30;

/// A job that was decided on and is to be queued.
pub(crate) struct JobRequest {
    new: NewJob,
}

/// Decides on a job of the caller.
///
/// # Errors
/// Busy if too many wait.
pub(crate) fn decide(ask: &mut Ask<'_>, kind: JobKind, query: &str) -> Result<JobRequest, Refusal> {
    if jobs::count_open(ask.conn)? >= MOST_JOBS {
        return Err(too_many());
    }
    let Caller { user, session, author, scopes, .. } = ask.caller;
    let starter = JobStarter {
        user: user.id,
        session: *session,
        client: author.client_id(),
        scopes: scopes.as_ref().map(|scopes| ClientScope::join(scopes)),
        name: user.username.clone(),
        request_id: author.request_id().to_owned(),
        origin: author.origin().to_owned(),
    };
    let new = NewJob {
        kind,
        parameters: query.to_owned(),
        language: code_of(ask.language).to_owned(),
        starter,
        created_at: ask.now.instant,
    };
    Ok(JobRequest { new })
}

/// Queues a job with its file.
///
/// # Errors
/// Database errors only.
pub(crate) fn save(
    conn: &mut Conn,
    JobRequest { new }: &JobRequest,
    file: &[u8],
) -> Result<Job, Refusal> {
    Ok(jobs::insert(conn, new, file)?)
}

fn too_many() -> Refusal {
    let words = Words::new(
        format!("等待处理的任务已有 {MOST_JOBS} 个，请稍后再提交。"),
        format!("{MOST_JOBS} jobs are waiting already. Send this again later."),
    );
    let retry_after_seconds = Some(RETRY_AFTER_SECONDS);
    Refusal { retry_after_seconds, ..Refusal::new(RefusalKind::Busy, "busy", words) }
}

fn code_of(language: Language) -> &'static str {
    match language {
        Language::Chinese => "zh",
        Language::English => "en",
    }
}

/// The language of a job's answer.
pub(crate) fn language_of(job: &Job) -> Language {
    if job.language == "en" { Language::English } else { Language::Chinese }
}

/// The caller of a job with its present rights; `None` if the account is disabled, or the machine
/// client is disabled or expired.
///
/// # Errors
/// Database errors only.
pub(crate) fn caller_of(asked: &mut Anonymous<'_>, job: &Job) -> Result<Option<Caller>, Refusal> {
    let now = asked.now.instant;
    let conn = &mut *asked.conn;
    let starter = &job.starter;
    let found = users::find(conn, starter.user)?;
    let Some(user) = found.filter(|user| user.disabled_at.is_none()) else {
        return Ok(None);
    };
    let session = starter.session;
    let origin = Origin { request_id: starter.request_id.clone(), address: starter.origin.clone() };
    let author = origin.author(&user);
    let Some(client) = starter.client else {
        let lacks_second_factor = false;
        return Ok(Some(Caller { user, session, author, scopes: None, lacks_second_factor }));
    };
    let client = clients::get(conn, client)?;
    if client.user.id != user.id || !client.is_good(now) {
        return Ok(None);
    }
    let scopes = starter.scopes.as_deref().unwrap_or_default();
    let mut scopes = ClientScope::split(scopes).map_err(StoreError::broken)?;
    scopes.retain(|scope| client.scopes.contains(scope));
    let author = author.into_client(client.id, &client.name);
    let user = User { username: client.name, ..user };
    let scopes = Some(scopes);
    Ok(Some(Caller { user, session, author, scopes, lacks_second_factor: false }))
}
