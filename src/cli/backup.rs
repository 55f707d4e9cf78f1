//! `backup`: writes the database to a file while the server is running, and checks the file.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::path::{Path, PathBuf};

use tracing::warn;

use crate::cli::verify;
use crate::config::DatabaseConfig;
use crate::domain::access_log::{AccessKey, AccessKind, AccessLine, start_of_minute};
use crate::domain::clock::Clock;
use crate::store::{DatabaseUrl, access_log, backup};
use crate::telemetry::SystemClock;

/// Writes the backup into the access log of the database that was copied. The backup is good
/// without it, so that a failure is a warning.
fn note(settings: &DatabaseConfig, file: &Path) {
    let now = SystemClock.now();
    let key = AccessKey {
        kind: AccessKind::BackedUp,
        account_id: None,
        account: "command line".to_owned(),
        address: String::new(),
        method: String::new(),
        path: file.display().to_string(),
        status: 0,
        code: "backup".to_owned(),
        project: None,
    };
    let line = AccessLine {
        key,
        minute: start_of_minute(now),
        times: 1,
        last_at: now,
        request_id: String::new(),
        rows: None,
    };
    let noted =
        settings.url().and_then(|url| access_log::append(&url, line).map_err(|e| e.to_string()));
    if let Err(error) = noted {
        warn!("the backup is not in the access log: {error}");
    }
}

pub(super) fn run(settings: &DatabaseConfig, file: PathBuf) -> Result<(), String> {
    let url = settings.url()?;
    backup::backup(&url, &file).map_err(|e| e.to_string())?;
    println!("wrote {}", file.display());
    note(settings, &file);
    match url {
        DatabaseUrl::Sqlite(_) => {
            let key = settings.record_key_if_any()?;
            verify::must_agree(&DatabaseUrl::Sqlite(file), key.as_ref(), Vec::new())
        }
        DatabaseUrl::Postgres(_) => {
            println!(
                "pg_restore reads its entries; `restore` into a new database verifies the rest"
            );
            Ok(())
        }
    }
}
