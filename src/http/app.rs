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
use crate::http::limits::LoginLimit;
use crate::http::problem::Problem;
use crate::http::running::Running;
use crate::http::signature::{Argument, Entry};
use crate::http::tokens::Tokens;
use crate::http::turns::Turns;
use crate::store::Db;

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
