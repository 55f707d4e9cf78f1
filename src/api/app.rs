//! What every handler may use.

use std::sync::Arc;

use tokio::sync::Notify;

use super::imports::run::Turns;
use super::limits::LoginLimit;
use super::once::Running;
use super::tokens::Tokens;
use crate::config::Config;
use crate::domain::clock::{Calendar, Clock};
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
    /// How often one may try to log in.
    pub logins: LoginLimit,
    /// Idempotency keys whose work is under way.
    pub running: Running,
    /// Files that are being read.
    pub imports: Turns,
    /// Told whenever events were sealed.
    pub sealed: Arc<Notify>,
}
