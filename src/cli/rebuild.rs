//! `rebuild`: makes the register as it stood at a moment.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::path::PathBuf;

use clap::Args;

use crate::cli::database::refuse_unfit;
use crate::config::DatabaseConfig;
use crate::domain::clock::Clock;
use crate::store::replay::at::At;
use crate::store::replay::rebuild::rebuild;
use crate::telemetry::SystemClock;

/// Arguments of `rebuild`.
#[derive(Args, Debug)]
pub(super) struct RebuildArgs {
    #[command(flatten)]
    database: DatabaseConfig,
    /// Moment: sequence of an event, instant (2021-06-30T08:00:00Z), or month (2021-06: its end in China)
    #[arg(long)]
    at: At,
    /// File of the rebuilt register; must not exist
    file: PathBuf,
}

pub(super) fn run(args: &RebuildArgs) -> Result<(), String> {
    let url = args.database.url()?;
    let key = args.database.record_key_if_any()?;
    let key = key.ok_or_else(|| {
        format!("the key of the record is not in {}", args.database.record_key_path().display())
    })?;
    refuse_unfit(&args.database, &url, &key)?;
    let position =
        rebuild(&url, &key, args.at, SystemClock.now(), &args.file).map_err(|e| e.to_string())?;
    println!(
        "wrote {}: the register after event {}, at {}",
        args.file.display(),
        position.sequence,
        position.at
    );
    println!(
        "ask it: major-projects serve --read-only --database-url sqlite:{} --listen 127.0.0.1:8081",
        args.file.display()
    );
    Ok(())
}
