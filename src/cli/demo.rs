//! `demo`: serves a synthetic portfolio that matches the 2021 plan.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use chrono::NaiveDate;

use crate::cli::database::open;
use crate::cli::serve::{ServeArgs, start};
use crate::demo;
use crate::domain::clock::Clock;
use crate::domain::month::Year;
use crate::seed;
use crate::store::StoreError;
use crate::telemetry::SystemClock;

/// Business day of the demonstration: shortly after the plan notice of June 2021.
const DEMO_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2021, 7, 1);

pub(super) async fn run(args: ServeArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    let now = SystemClock.now();
    db.write(move |conn| seed::load(conn, now)).await.map_err(|e: StoreError| e.to_string())?;
    let today = args.server.today.or(DEMO_DAY).unwrap_or_default();
    let year = Year::new(2021).ok_or("2021 is a year")?;
    let loaded = demo::load::load(&db, year, today, now, show_progress).await;
    let projects = loaded.map_err(|e| e.to_string())?;
    let data_dir = &args.database.data_dir;
    let effort = args.server.password_effort();
    let accounts = demo::accounts::prepare(&db, data_dir, effort, now).await?;
    let server = start(&args, db, Some(today))?;
    demo::welcome::print(&server.address, today, projects, data_dir, &accounts);
    server.finished().await.map_err(|e| e.to_string())
}

fn show_progress(done: usize, total: usize) {
    use std::io::Write;
    if done.is_multiple_of(8) || done == total {
        print!("\rloading the synthetic portfolio: {done} of {total} projects");
        let _ = std::io::stdout().flush();
    }
    if done == total {
        println!();
    }
}
