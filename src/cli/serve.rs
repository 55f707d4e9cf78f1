//! `serve`: migrates the database and serves the API and the dashboard.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;
use tracing::info;

use crate::cli::database::open;
use crate::config::{Config, DatabaseConfig, Secret};
use crate::domain::clock::{Calendar, Clock, FixedCalendar, ShanghaiCalendar};
use crate::store::Db;
use crate::store::accounts::users;
use crate::telemetry::SystemClock;
use crate::web;

/// Arguments of `serve` and `demo`.
#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) database: DatabaseConfig,
    #[command(flatten)]
    pub(super) server: Config,
}

pub(super) async fn run(args: ServeArgs) -> Result<(), String> {
    args.database.log();
    args.server.log();
    let db = open(&args.database)?;
    let any = db.read(users::any).await.map_err(|e| e.to_string())?;
    if !any {
        info!(
            "there is no account yet; create the first one: major-projects user add <name> --role admin"
        );
    }
    let server = start(&args, db, args.server.today)?;
    info!("serving on http://{}, documents at http://{}/docs", server.address, server.address);
    server.finished().await.map_err(|e| e.to_string())?;
    info!("stopped");
    Ok(())
}

/// Starts the server; `today` stops the business day at one date.
pub(super) fn start(
    args: &ServeArgs,
    db: Db,
    today: Option<NaiveDate>,
) -> Result<web::Server, String> {
    let key = Secret::read_or_make(&key_file(args))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let calendar: Arc<dyn Calendar> = match today {
        Some(day) => Arc::new(FixedCalendar(day)),
        None => Arc::new(ShanghaiCalendar(SystemClock)),
    };
    web::start(args.server.clone(), &key, db, clock, calendar)
}

fn key_file(args: &ServeArgs) -> PathBuf {
    let own = || args.database.data_dir.join("jwt.key");
    args.server.jwt_key_file.clone().unwrap_or_else(own)
}
