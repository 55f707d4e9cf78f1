//! Backup of the database into one file, while the server is running, and its restoration into an
//! empty database.

mod postgres;
mod sqlite;

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::store::private;
use crate::store::url::DatabaseUrl;
use crate::store::{Result, StoreError};

/// Makes the next start on the restored database choose a new id for the change feed.
const MARK_AS_COPY: &str = "update feeds set place = ''";

/// Writes a consistent copy of all committed data to a new private file; writers are not blocked. On
/// PostgreSQL it is a dump in the custom format of `pg_dump`, which must be installed.
///
/// The file gets its name only after it is complete and synced to disk.
///
/// # Errors
/// [`StoreError::Unreachable`] if the file exists or cannot be written, the database cannot be read,
/// or `pg_dump` is missing.
pub fn backup(url: &DatabaseUrl, to: &Path) -> Result<()> {
    let shown = to.display();
    if to.exists() {
        return refuse(format!("{shown} already exists; choose a new name"));
    }
    let part = Part::beside(to)?;
    match url {
        DatabaseUrl::Sqlite(from) => sqlite::copy(url, from, &part)?,
        DatabaseUrl::Postgres(text) => postgres::dump(url, text, &part)?,
    }
    part.keep(to)
}

/// Fills the empty database at `url` with the backup in the file `from`. Nothing is left behind if it
/// fails.
///
/// # Errors
/// [`StoreError::Unreachable`] if the database is not empty or cannot be written, the file is no
/// backup of this program, or `pg_restore` is missing.
pub(crate) fn restore(url: &DatabaseUrl, from: &Path) -> Result<()> {
    if !from.is_file() {
        return refuse(format!("no file at {}", from.display()));
    }
    match url {
        DatabaseUrl::Sqlite(to) => sqlite::restore(from, to),
        DatabaseUrl::Postgres(text) => postgres::restore(url, text, from),
    }
}

fn refuse<T>(why: String) -> Result<T> {
    Err(StoreError::Unreachable(why))
}

fn cannot_write(file: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unreachable(format!("cannot write {}: {why}", file.display()))
}

/// A private file that is being written; deleted unless it is kept.
struct Part(PathBuf);

impl Part {
    /// Makes an empty file beside `file`, in place of the remains of an interrupted attempt.
    fn beside(file: &Path) -> Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let failed = |e: std::io::Error| cannot_write(file, &e);
        if part.exists() {
            std::fs::remove_file(&part).map_err(failed)?;
        }
        private::make_file(&part).map_err(failed)?;
        Ok(Self(part))
    }

    /// Syncs the file to disk and gives it its name.
    fn keep(self, file: &Path) -> Result<()> {
        let failed = |e: std::io::Error| cannot_write(file, &e);
        File::open(&self.0).and_then(|part| part.sync_all()).map_err(failed)?;
        std::fs::rename(&self.0, file).map_err(failed)?;
        #[cfg(unix)]
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already if it was kept.
        let _ = std::fs::remove_file(&self.0);
    }
}
