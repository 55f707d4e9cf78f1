//! Opens the database of a command.

use std::time::Duration;

use tracing::info;

use crate::config::DatabaseConfig;
use crate::store::events::feed_id;
use crate::store::{Db, DbOptions, migrate};

/// Opens the database of `settings` and migrates it to the schema of this version.
pub(super) fn open(settings: &DatabaseConfig) -> Result<Db, String> {
    let url = settings.url()?;
    for name in migrate::migrate(&url).map_err(|e| e.to_string())? {
        info!("migrated {url}: {name}");
    }
    if feed_id::renew_if_restored(&url).map_err(|e| e.to_string())? {
        info!("this database is a restored copy: the change feed has a new id");
    }
    let wait = Duration::from_secs(settings.db_wait_seconds);
    let options = DbOptions { connections: settings.db_connections, wait };
    Db::open(&url, options).map_err(|e| e.to_string())
}
