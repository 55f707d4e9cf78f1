//! `backup`: copies the SQLite database while the server is running, and verifies the copy.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::path::PathBuf;

use crate::cli::verify;
use crate::config::DatabaseConfig;
use crate::store::{DatabaseUrl, backup};

pub(super) async fn run(settings: DatabaseConfig, file: PathBuf) -> Result<(), String> {
    backup::backup(&settings.url()?, &file).map_err(|e| e.to_string())?;
    println!("wrote {}", file.display());
    verify::run(&DatabaseUrl::Sqlite(file), &[]).await
}
