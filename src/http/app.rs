//! The parts of the program that handlers use.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use tokio::sync::Notify;

use crate::config::Config;
use crate::domain::clock::{Calendar, Clock};
use crate::domain::id::SessionId;
use crate::domain::month::Year;
use crate::domain::webhook::signature::HookKey;
use crate::domain::words::Language;
use crate::http::login_limit::LoginLimit;
use crate::http::problem::Problem;
use crate::http::running_keys::RunningKeys;
use crate::http::signature::{Argument, Entry};
use crate::http::stored::HeadersOfFormat1;
use crate::http::tokens::Tokens;
use crate::http::upload_slots::UploadSlots;
use crate::store::accounts::users::User;
use crate::store::{Conn, Db};
use crate::usecases::accounts::client_sessions::{self, ClientLogin, ClientSession};
use crate::usecases::accounts::sessions::{self, Opening, Origin, Refreshed};
use crate::usecases::ask::{Ask, Now};
use crate::usecases::caller::Caller;
use crate::usecases::figures::request::{YearOpened, open_year};
use crate::usecases::refusal::Refusal;
use chrono::NaiveDate;

/// The program's parts, shared by all workers.
#[derive(Clone)]
pub struct App {
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
    /// Limit of log-in attempts.
    pub logins: LoginLimit,
    /// Idempotency keys of the requests being executed.
    pub running: RunningKeys,
    /// Slots for uploaded files.
    pub imports: UploadSlots,
    /// Headers of replies that release 0.1.0 stored without them.
    pub headers_of_format_1: HeadersOfFormat1,
    /// Notified after events were sealed.
    pub sealed: Arc<Notify>,
}

impl App {
    /// The current instant and business day.
    pub fn now(&self) -> Now {
        Now { instant: self.clock.now(), today: self.calendar.today() }
    }

    /// Runs a reading use case in one snapshot.
    ///
    /// # Errors
    /// The use case's.
    pub async fn ask<T>(
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
    pub async fn write<T>(
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
}

impl App {
    /// What a page shows of a year before anything is asked of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn year_opened(&self, year: Year, today: NaiveDate) -> Result<YearOpened, Problem> {
        Ok(self.db.read(move |conn| open_year(conn, year, today)).await?)
    }

    /// The account with this user name, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_account(&self, username: String) -> Result<Option<User>, Problem> {
        Ok(self.db.read(move |conn| sessions::find_account(conn, &username)).await?)
    }

    /// Opens a session.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_session(&self, opening: Opening) -> Result<SessionId, Problem> {
        Ok(self.db.write(move |conn| sessions::open(conn, &opening)).await?)
    }

    /// Opens a session for a machine client.
    ///
    /// # Errors
    /// The use case's.
    pub async fn open_client_session(
        &self,
        login: ClientLogin,
        origin: Origin,
    ) -> Result<ClientSession, Problem> {
        let now = self.clock.now();
        let work = move |conn: &mut Conn| client_sessions::open(conn, &login, &origin, now);
        Ok(self.db.write(work).await?)
    }

    /// Exchanges a refresh token.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh_session(
        &self,
        shown: String,
        next: String,
        origin: Origin,
    ) -> Result<Option<Refreshed>, Problem> {
        let now = self.clock.now();
        let work = move |conn: &mut Conn| sessions::refresh(conn, &shown, &next, &origin, now);
        Ok(self.db.write(work).await?)
    }
}

impl Argument for LoginLimit {
    fn describe(entry: &mut Entry) {
        entry.fails(&[429]);
    }
}

impl FromRequest for LoginLimit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>();
        ready(app.map(|a| a.logins.clone()).ok_or_else(|| Problem::broken("no App is mounted")))
    }
}
