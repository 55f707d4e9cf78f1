//! `migrate`: brings the database to the schema of this version.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use crate::config::DatabaseConfig;
use crate::domain::clock::Clock;
use crate::store::events::adopt::migrate;
use crate::telemetry::SystemClock;

pub(super) fn run(settings: &DatabaseConfig) -> Result<(), String> {
    let url = settings.url()?;
    let ran =
        migrate(&url, &settings.record_key()?, SystemClock.now()).map_err(|e| e.to_string())?;
    for name in &ran {
        println!("ran {name}");
    }
    println!("{url} is at this program's schema ({} migrations run)", ran.len());
    Ok(())
}
