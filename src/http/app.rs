//! What every handler may use.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::api::imports::run::Turns;
use crate::config::Config;
use crate::domain::clock::{Calendar, Clock};
use crate::domain::webhook::signature::HookKey;
use crate::http::limits::LoginLimit;
use crate::http::once::Running;
use crate::http::tokens::Tokens;
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
