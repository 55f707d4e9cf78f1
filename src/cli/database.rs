//! Opens the database of a command.

use std::path::Path;
use std::time::Duration;

use tracing::{info, warn};

use crate::config::DatabaseConfig;
use crate::domain::clock::Clock;
use crate::store::events::adopt::migrate;
use crate::store::events::feed_id;
use crate::store::record::RecordKey;
use crate::store::replay::rebuild;
use crate::store::{Conn, DatabaseUrl, Db, DbOptions, Use, private, verify};
use crate::telemetry::SystemClock;

/// Opens the database of `settings` and migrates it to the schema of this version.
pub(super) fn open(settings: &DatabaseConfig) -> Result<Db, String> {
    let url = settings.url()?;
    for warning in exposed_files(settings, &url) {
        warn!("{warning}");
    }
    let key = settings.record_key()?;
    for name in migrate(&url, &key, SystemClock.now()).map_err(|e| e.to_string())? {
        info!("migrated {url}: {name}");
    }
    refuse_unfit(settings, &url, &key)?;
    if feed_id::renew_if_restored(&url).map_err(|e| e.to_string())? {
        info!("this database is a restored copy: the change feed has a new id");
    }
    let wait = Duration::from_secs(settings.db_wait_seconds);
    let deadline = Duration::from_secs(settings.db_deadline_seconds);
    let options = DbOptions { connections: settings.db_connections, wait, deadline };
    Db::open(&url, &key, options).map_err(|e| e.to_string())
}

/// Refuses a rebuilt register, which is there to be read, and a key that did not sign the events: the sealer would refuse
/// what others write.
pub(super) fn refuse_unfit(
    settings: &DatabaseConfig,
    url: &DatabaseUrl,
    key: &RecordKey,
) -> Result<(), String> {
    let mut conn = Conn::open(url, Use::Write).map_err(|e| e.to_string())?;
    if let Some(at) = rebuild::moment(&mut conn).map_err(|e| e.to_string())? {
        return Err(format!("{url} was rebuilt as it stood at {at}; serve it with --read-only"));
    }
    let fits = verify::key_fits(&mut conn, key).map_err(|e| e.to_string())?;
    if fits || settings.new_record_key {
        return Ok(());
    }
    Err(format!(
        "the key in {} signed no event of {url}; put the key of this register there, or begin a new one with --new-record-key",
        settings.record_key_path().display()
    ))
}

/// A warning for each file of the program that others than its owner can read. Asked before the
/// database is opened, which makes its files private.
pub(super) fn exposed_files(settings: &DatabaseConfig, url: &DatabaseUrl) -> Vec<String> {
    let folder = &settings.data_dir;
    let mut paths = vec![folder.clone()];
    paths.extend(["jwt.key", "demo-accounts.json"].map(|name| folder.join(name)));
    paths.push(settings.record_key_path());
    if let DatabaseUrl::Sqlite(file) = url {
        paths.extend(file.parent().filter(|own| *own != folder).map(Path::to_owned));
        paths.extend(private::files_of(file));
    }
    private::exposed(&paths)
}
