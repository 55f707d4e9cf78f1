//! The file of a rehearsal: private, beside the database, deleted after use.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::store::error::{Result, StoreError};
use crate::store::private;

/// Ends of the names of these files, after the name of the database.
const INFIX: &str = "-rehearsal-";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A file that is deleted when dropped.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty private file beside `database`.
    pub(super) fn make(database: &Path) -> Result<Self> {
        let mut name = OsString::from(database);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        name.push(format!("{INFIX}{}-{nth}", std::process::id()));
        let path = PathBuf::from(name);
        let failed = |e: std::io::Error| StoreError::broken(format!("{}: {e}", path.display()));
        if path.exists() {
            std::fs::remove_file(&path).map_err(failed)?;
        }
        private::make_file(&path).map_err(failed)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_file(&self.0) {
            tracing::warn!("cannot delete {}: {e}", self.0.display());
        }
    }
}

/// The URI that opens `path` for reading only, quoted for SQL.
pub(in crate::store) fn read_only(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri + "?mode=ro"
}

/// Deletes the files that a killed process left beside `database`.
pub(crate) fn remove_leftovers(database: &Path) {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(name) = database.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return;
    };
    let Ok(files) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return;
    };
    let begin = format!("{name}{INFIX}");
    for file in files.flatten() {
        if file.file_name().to_string_lossy().starts_with(&begin)
            && let Err(e) = std::fs::remove_file(file.path())
        {
            tracing::warn!("cannot delete {}: {e}", file.path().display());
        }
    }
}
