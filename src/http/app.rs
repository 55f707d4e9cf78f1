//! The parts of the program that handlers use.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use tokio::sync::Notify;

use crate::config::{Config, Secret};
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::account::totp::TotpKey;
use crate::domain::clock::{Calendar, Clock};
use crate::domain::webhook::signature::HookKey;
use crate::domain::words::Language;
use crate::http::access_recorder::AccessRecorder;
use crate::http::answers::Answers;
use crate::http::attempts::AttemptLimit;
use crate::http::body_room::BodyRoom;
use crate::http::export_slots::ExportSlots;
use crate::http::hash_pool::HashPool;
use crate::http::job_signal::JobSignal;
use crate::http::problem::Problem;
use crate::http::quotas::Quotas;
use crate::http::running_keys::RunningKeys;
use crate::http::session_uses::SessionUses;
use crate::http::signature::{Argument, Entry};
use crate::http::stored::HeadersOfFormat1;
use crate::http::tokens::Tokens;
use crate::http::upload_slots::UploadSlots;
use crate::store::{Conn, Db};
use crate::usecases::ask::{Anonymous, Ask, Now};
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// The program's parts, shared by all workers.
#[derive(Clone)]
pub(crate) struct App {
    /// The databases.
    pub db: Db,
    /// Instants: tokens and events.
    pub clock: Arc<dyn Clock>,
    /// The business day: months, due dates, slippage.
    pub calendar: Arc<dyn Calendar>,
    /// The operator's settings.
    pub config: Arc<Config>,
    /// Signs and reads access tokens.
    pub tokens: Arc<Tokens>,
    /// The key that secrets of webhooks are derived from.
    pub hook_key: HookKey,
    /// The key that secrets of one-time codes are derived from.
    pub totp_key: TotpKey,
    /// Entries of the access log that are not stored yet.
    pub access: AccessRecorder,
    /// Room for lines about log-ins in the access log.
    pub log_ins: LogInRoom,
    /// Uses of sessions that are not stored yet.
    pub session_uses: SessionUses,
    /// Quotas of requests.
    pub quotas: Quotas,
    /// Limit of log-in attempts.
    pub attempts: AttemptLimit,
    /// Threads that hash passwords.
    pub hashing: HashPool,
    /// Large answers being sent.
    pub answers: Answers,
    /// Room for request bodies.
    pub body_room: BodyRoom,
    /// What /metrics is asked with; `None` if it is open.
    pub metrics_token: Option<Secret>,
    /// Idempotency keys of the requests being executed.
    pub running: RunningKeys,
    /// Slots for lists that are read to their end.
    pub exports: ExportSlots,
    /// Slots for uploaded files.
    pub imports: UploadSlots,
    /// Wakes those who do jobs.
    pub jobs: JobSignal,
    /// Headers of replies that release 0.1.0 stored without them.
    pub headers_of_format_1: HeadersOfFormat1,
    /// Notified after events were sealed.
    pub sealed: Arc<Notify>,
}

impl App {
    /// The current instant and business day.
    pub(crate) fn now(&self) -> Now {
        Now { instant: self.clock.now(), today: self.calendar.today() }
    }

    /// Runs a reading use case in one snapshot.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn ask<T>(
        &self,
        caller: &Caller,
        language: Language,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        let caller = caller.clone();
        let now = self.now();
        let look = move |conn: &mut Conn| question(&mut Ask::new(conn, &caller, now, language));
        Ok(self.db.read(look).await?)
    }

    /// Runs a writing use case in one transaction; returns after its commit. `work` may run more
    /// than once.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn write<T>(
        &self,
        caller: &Caller,
        language: Language,
        mut work: impl FnMut(&mut Ask<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        let caller = caller.clone();
        let now = self.now();
        let work = move |conn: &mut Conn| work(&mut Ask::new(conn, &caller, now, language));
        Ok(self.db.write(work).await?)
    }

    /// As [`App::ask`], before there is a caller.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn ask_anonymously<T>(
        &self,
        question: impl FnOnce(&mut Anonymous<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        let now = self.now();
        let look = move |conn: &mut Conn| question(&mut Anonymous::new(conn, now));
        Ok(self.db.read(look).await?)
    }

    /// As [`App::write`], before there is a caller.
    ///
    /// # Errors
    /// The use case's.
    pub(crate) async fn write_anonymously<T>(
        &self,
        mut work: impl FnMut(&mut Anonymous<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
    {
        let now = self.now();
        let work = move |conn: &mut Conn| work(&mut Anonymous::new(conn, now));
        Ok(self.db.write(work).await?)
    }
}

impl Argument for AttemptLimit {
    fn describe(entry: &mut Entry) {
        entry.fails(&[429, 503]);
    }
}

impl FromRequest for AttemptLimit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>();
        ready(app.map(|a| a.attempts.clone()).ok_or_else(|| Problem::broken("no App is mounted")))
    }
}
