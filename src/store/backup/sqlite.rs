//! Online backup of the SQLite database.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{
    Connection, ConnectionError, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};

use crate::store::conn::{Conn, Use};
use crate::store::private;
use crate::store::url::DatabaseUrl;
use crate::store::{Result, StoreError};

/// Makes the first start on the copy choose a new id for the change feed. A database that was not
/// migrated yet has no id.
fn mark_as_copy(copy: &Path) -> Result<()> {
    let failed = |e: ConnectionError| StoreError::broken(e);
    let mut conn = SqliteConnection::establish(&copy.to_string_lossy()).map_err(failed)?;
    let table = "select count(*) as tables from sqlite_master where name = 'feeds'";
    if sql_query(table).get_result::<Tables>(&mut conn)?.tables > 0 {
        conn.batch_execute("update feeds set place = ''")?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

/// Writes a consistent copy of all committed data to a new file; writers are not blocked.
///
/// The file gets its final name only after it is complete and synced to disk.
///
/// # Errors
/// [`StoreError::Unreachable`] if the file exists or cannot be written, or if the database is
/// PostgreSQL, which has its own backup tools.
pub fn backup(url: &DatabaseUrl, to: &Path) -> Result<()> {
    let refuse = |why: String| Err(StoreError::Unreachable(why));
    let shown = to.display();
    let DatabaseUrl::Sqlite(from) = url else {
        return refuse(format!(
            "{url} is a PostgreSQL server; use pg_dump to back up and pg_restore to restore"
        ));
    };
    if !from.exists() {
        return refuse(format!("no database at {}", from.display()));
    }
    if to.exists() {
        return refuse(format!("{shown} already exists; choose a new name"));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let failed = |e: std::io::Error| StoreError::Unreachable(format!("cannot write {shown}: {e}"));
    // Remove the remains of an interrupted backup.
    if part.exists() {
        std::fs::remove_file(part).map_err(failed)?;
    }
    let mut conn = Conn::open(url, Use::Write)?;
    // VACUUM INTO fills an empty file and leaves its mode as it is.
    private::make_file(part).map_err(failed)?;
    let quoted = part.to_string_lossy().replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'"))
        .map_err(|e| StoreError::Unreachable(format!("cannot write {shown}: {e}")))?;
    mark_as_copy(part)
        .map_err(|e| StoreError::Unreachable(format!("cannot write {shown}: {e}")))?;
    std::fs::File::open(part).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(part, to).map_err(failed)
}
