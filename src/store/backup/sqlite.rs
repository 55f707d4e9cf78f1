//! Backup and restoration of the SQLite database.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{
    Connection, ConnectionError, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};

use crate::store::backup::{MARK_AS_COPY, Part, cannot_write, refuse};
use crate::store::conn::{Conn, Use};
use crate::store::private;
use crate::store::rehearsal::read_only;
use crate::store::url::DatabaseUrl;
use crate::store::{Result, StoreError};

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

/// Number of tables that fulfil `condition`.
fn tables(conn: &mut SqliteConnection, condition: &str) -> Result<i64> {
    let query = "select count(*) as tables from sqlite_master where type = 'table' and ";
    Ok(sql_query(format!("{query}{condition}")).get_result::<Tables>(conn)?.tables)
}

/// Copies the database of `conn` into the empty file `part`. A database that was not migrated yet
/// has no feed.
fn copy_into(conn: &mut impl SimpleConnection, part: &Part) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| cannot_write(&part.0, e);
    let quoted = part.0.to_string_lossy().replace('\'', "''");
    // VACUUM INTO fills an empty file and leaves its mode as it is.
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'")).map_err(|e| failed(&e))?;
    let mut copy = SqliteConnection::establish(&part.0.to_string_lossy());
    let copy = copy.as_mut().map_err(|e| failed(e))?;
    if tables(copy, "name = 'feeds'")? > 0 {
        copy.batch_execute(MARK_AS_COPY).map_err(|e| failed(&e))?;
    }
    Ok(())
}

/// Copies the database at `from`, of this `url`, into the empty file `part`.
pub(super) fn copy(url: &DatabaseUrl, from: &Path, part: &Part) -> Result<()> {
    if !from.exists() {
        return refuse(format!("no database at {}", from.display()));
    }
    copy_into(&mut Conn::open(url, Use::Write)?, part)
}

/// Opens an existing file without changing it.
fn open(file: &Path) -> Result<SqliteConnection> {
    let failed = |e: ConnectionError| {
        StoreError::Unreachable(format!("cannot read {}: {e}", file.display()))
    };
    SqliteConnection::establish(&read_only(file)).map_err(failed)
}

/// Copies the backup `from` to the database at `to`, which must be missing or without tables.
pub(super) fn restore(from: &Path, to: &Path) -> Result<()> {
    let shown = from.display();
    let mut backup = open(from)?;
    match tables(&mut backup, "name = '__diesel_schema_migrations'") {
        Ok(1..) => {}
        Ok(_) => return refuse(format!("{shown} is no backup of this program")),
        Err(e) => return refuse(format!("{shown} is no backup of this program: {e}")),
    }
    must_be_empty(to)?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::make_folder(folder).map_err(|e| cannot_write(to, &e))?;
    }
    let part = Part::beside(to)?;
    // The cause may be on either side.
    copy_into(&mut backup, &part)
        .map_err(|e| StoreError::Unreachable(format!("cannot restore {shown}: {e}")))?;
    part.keep(to)
}

fn must_be_empty(database: &Path) -> Result<()> {
    let shown = database.display();
    if database.exists() {
        let is_empty = tables(&mut open(database)?, "true").is_ok_and(|tables| tables == 0);
        if !is_empty {
            return refuse(format!(
                "{shown} is not empty; restore into a new data directory, or move it away first"
            ));
        }
    }
    // SQLite would take these for parts of the restored database.
    let beside = private::files_of(database).into_iter().skip(1).find(|file| file.exists());
    match beside {
        Some(file) => {
            refuse(format!("{} is left of another database; move it away first", file.display()))
        }
        None => Ok(()),
    }
}
