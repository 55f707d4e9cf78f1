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
    if settings.record_key_if_any()?.is_none() && !settings.new_record_key {
        return Err(format!(
            "put the key of the register in {} first, or begin a new one with --new-record-key",
            settings.record_key_path().display()
        ));
    }
    backup::restore(&url, file).map_err(|e| e.to_string())?;
    println!("restored {} into {url}", file.display());
    let db = open(&settings)?;
    let id = db.read(feed_id::get).await.map_err(|e: StoreError| e.to_string())?;
    drop(db);
    println!("the change feed has the new id {id}; its readers start again from after=0");
    let key = settings.record_key()?;
    verify::must_agree(&url, Some(&key), exposed_files(&settings, &url))
}
