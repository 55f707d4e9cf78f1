//! `verify`: checks the integrity of a database.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use crate::cli::database::exposed_files;
use crate::config::DatabaseConfig;
use crate::store::events::verify;
use crate::store::{DatabaseUrl, Db, DbOptions};

/// Verifies the database of `settings` and warns about files that others can read.
pub(super) async fn of(settings: DatabaseConfig) -> Result<(), String> {
    let url = settings.url()?;
    let exposed = exposed_files(&settings, &url);
    run(&url, &exposed).await
}

/// Verifies the database at `url`, and prints `warnings` with the checks.
pub(super) async fn run(url: &DatabaseUrl, warnings: &[String]) -> Result<(), String> {
    for warning in warnings {
        println!("WARNING: {warning}");
    }
    let db = Db::open(url, DbOptions::default()).map_err(|e| e.to_string())?;
    let checks = db.read(verify::verify).await.map_err(|e| e.to_string())?;
    let mut wrong = 0;
    for check in &checks {
        let verdict = if check.wrong.is_empty() { "ok" } else { "WRONG" };
        println!("{verdict}: {} ({} looked at)", check.what, check.looked_at);
        check.wrong.iter().for_each(|line| println!("  {line}"));
        check.noted.iter().for_each(|line| println!("  note: {line}"));
        wrong += check.wrong.len();
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} thing(s) in {url} do not agree")) }
}
