//! `restore`: fills an empty database with a backup, and verifies it.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::path::Path;

use crate::cli::database::{exposed_files, open};
use crate::cli::verify;
use crate::config::DatabaseConfig;
use crate::store::events::feed_id;
use crate::store::{StoreError, backup};

pub(super) async fn run(settings: DatabaseConfig, file: &Path) -> Result<(), String> {
    let url = settings.url()?;
    backup::restore(&url, file).map_err(|e| e.to_string())?;
    println!("restored {} into {url}", file.display());
    // Without the key of the register the MACs cannot be checked; `open` makes a new one.
    let key = settings.record_key_if_any()?;
    let db = open(&settings)?;
    let id = db.read(feed_id::get).await.map_err(|e: StoreError| e.to_string())?;
    drop(db);
    println!("the change feed has the new id {id}; its readers start again from after=0");
    if key.is_none() {
        println!(
            "{} is new: bring the key of the restored register there, or `verify` cannot check who wrote its events",
            settings.record_key_path().display()
        );
    }
    verify::must_agree(&url, key.as_ref(), exposed_files(&settings, &url))
}
