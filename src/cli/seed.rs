//! `seed`: loads the 2021 plan, industries, areas and units.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use crate::cli::database::open;
use crate::config::DatabaseConfig;
use crate::domain::clock::Clock;
use crate::seed;
use crate::store::StoreError;
use crate::telemetry::SystemClock;

pub(super) async fn run(settings: DatabaseConfig) -> Result<(), String> {
    let db = open(&settings)?;
    let now = SystemClock.now();
    let new =
        db.write(move |conn| seed::load(conn, now)).await.map_err(|e: StoreError| e.to_string())?;
    println!(
        "added {} plans, {} industries, {} areas, {} units; existing rows were not changed",
        new.plans, new.industries, new.areas, new.units
    );
    Ok(())
}
