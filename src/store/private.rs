//! Files and folders that only their owner can read, with any umask.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

/// Mode of a private file: its owner reads and writes.
#[cfg(unix)]
const FILE: u32 = 0o600;
/// Mode of a private folder: its owner lists and enters.
#[cfg(unix)]
const FOLDER: u32 = 0o700;
/// Bits of a mode that let anybody but the owner in.
#[cfg(unix)]
const OTHERS: u32 = 0o077;
/// Ends of the names of the files that SQLite keeps beside a database.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The files of the SQLite database at `path`.
pub(crate) fn files_of(path: &Path) -> Vec<PathBuf> {
    let beside = |end: &&str| {
        let mut name = OsString::from(path);
        name.push(end);
        PathBuf::from(name)
    };
    BESIDE.iter().map(beside).collect()
}

/// The write-ahead log of the SQLite database at `path`.
pub fn wal_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    PathBuf::from(name)
}

/// Creates a private folder with those above it, unless it exists.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER);
    builder.create(folder)?;
    #[cfg(unix)]
    set_mode(folder, FOLDER)?;
    Ok(())
}

/// Creates an empty private file; fails if there is one.
pub(super) fn make_file(file: &Path) -> Result<File> {
    private(OpenOptions::new().write(true).create_new(true), file)
}

/// Writes a private file with `bytes`, and creates its folder.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    // Not truncated before it is private: until then others could open it.
    private(options.write(true).create(true).truncate(false), file)?;
    options.truncate(true).open(file)?.write_all(bytes)
}

/// Writes a private file that nobody else reads before it is whole; false if the file exists.
pub(crate) fn write_once(file: &Path, bytes: &[u8]) -> Result<bool> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let part = Path::new(&name);
    write(part, bytes)?;
    let linked = std::fs::hard_link(part, file);
    std::fs::remove_file(part)?;
    match linked {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        linked => linked.map(|()| true),
    }
}

fn private(options: &mut OpenOptions, file: &Path) -> Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, FILE);
    let made = options.open(file)?;
    #[cfg(unix)]
    made.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(FILE))?;
    Ok(made)
}

/// Makes the database at `path` private, and creates it if it is missing: SQLite gives its other
/// files the mode of the database.
pub(super) fn protect_database(path: &Path) -> Result<()> {
    if !path.exists() {
        make_file(path)?;
    }
    for file in files_of(path).iter().filter(|file| open_to_others(file)) {
        #[cfg(unix)]
        if let Err(e) = set_mode(file, FILE) {
            tracing::warn!("others can read {} and this cannot be changed: {e}", file.display());
        }
    }
    Ok(())
}

/// A warning for each file or folder of `paths` that others than its owner can read.
pub(crate) fn exposed(paths: &[PathBuf]) -> Vec<String> {
    let exposed = paths.iter().filter(|path| open_to_others(path));
    let warning = |path: &PathBuf| {
        let mode = if path.is_dir() { "700" } else { "600" };
        let shown = path.display();
        format!(
            "{shown} was open to others than its owner; it should be private: chmod {mode} {shown}"
        )
    };
    exposed.map(warning).collect()
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}
