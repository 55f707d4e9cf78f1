//! What every handler may use.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use tokio::sync::Notify;

use crate::config::Config;
use crate::domain::clock::{Calendar, Clock};
use crate::domain::webhook::signature::HookKey;
use crate::domain::words::Language;
use crate::http::limits::LoginLimit;
use crate::http::problem::Problem;
use crate::http::running::Running;
use crate::http::signature::{Argument, Entry};
use crate::http::tokens::Tokens;
use crate::http::turns::Turns;
use crate::store::{Conn, Db};
use crate::usecases::ask::{Ask, Now};
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// The program's parts, shared by all workers.
#[derive(Clone)]
pub struct App {
    /// The databases.
    pub db: Db,
    /// Instants: tokens and events.
    pub clock: Arc<dyn Clock>,
    /// The business day: months, due dates, slippage.
    pub calendar: Arc<dyn Calendar>,
    /// What the operator set.
    pub config: Arc<Config>,
    /// Signs and reads access tokens.
    pub tokens: Arc<Tokens>,
    /// What the secrets of webhooks are derived from.
    pub hook_key: HookKey,
    /// How often one may try to log in.
    pub logins: LoginLimit,
    /// Idempotency keys whose work is under way.
    pub running: Running,
    /// Files that are being read.
    pub imports: Turns,
    /// Told whenever events were sealed.
    pub sealed: Arc<Notify>,
}

impl App {
    /// The instant and the business day, now.
    pub fn now(&self) -> Now {
        Now { instant: self.clock.now(), today: self.calendar.today() }
    }

    /// Asks the register in one snapshot.
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
        let (caller, now) = (caller.clone(), self.now());
        let look = move |conn: &mut Conn| question(&mut Ask::new(conn, &caller, now, language));
        Ok(self.db.read(look).await?)
    }

    /// Runs `work` in one transaction; returns once it is on disk. `work` may run more than once.
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
        let (caller, now) = (caller.clone(), self.now());
        let work = move |conn: &mut Conn| work(&mut Ask::new(conn, &caller, now, language));
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
