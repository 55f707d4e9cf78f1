//! Embedded schema migrations, with the same names on both databases.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::store::conn::{Conn, Use};
use crate::store::error::{Result, StoreError};
use crate::store::search;
use crate::store::url::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Migration since which SQLite files keep nothing that was changed or deleted.
const FIRST_WITHOUT_LEFTOVERS: &str = "000030";
/// PostgreSQL advisory lock; makes instances that start at the same time migrate one after another.
const LOCK: i64 = 7_203_455_021;

/// Migrates the database to the schema of this program and fills what SQL cannot compute; returns
/// the migrations it ran.
///
/// # Errors
/// [`StoreError::Unreachable`]; [`StoreError::NewerSchema`], in which case nothing was changed.
pub(crate) fn migrate(url: &DatabaseUrl) -> Result<Vec<String>> {
    let mut conn = Conn::open(url, Use::Write)?;
    if let Conn::Postgres(c) = &mut conn {
        sql_query("SET lock_timeout = 0").execute(c)?;
        sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(c)?;
    }
    refuse_newer(&mut conn)?;
    take_out_deleted(&mut conn)?;
    // The lock is released when the connection closes.
    let ran = match &mut conn {
        Conn::Postgres(c) => names(c.run_pending_migrations(POSTGRES)),
        Conn::Sqlite(c) => names(c.run_pending_migrations(SQLITE)),
    }?;
    search::fill(&mut conn)?;
    Ok(ran)
}

/// Rewrites an SQLite file of a version that left in it what was changed or deleted, before the migration that
/// ends that: if it is killed, the next start begins again. From then on nothing is left.
fn take_out_deleted(conn: &mut Conn) -> Result<()> {
    let applied = applied_of_any(conn)?;
    let is_current = applied.iter().any(|version| version.ends_with(FIRST_WITHOUT_LEFTOVERS));
    if !applied.is_empty()
        && !is_current
        && let Conn::Sqlite(c) = conn
    {
        // The copy may be larger than the memory.
        c.batch_execute("PRAGMA temp_store = FILE")?;
        if let Err(e) = c.batch_execute("VACUUM") {
            tracing::warn!(
                "the database keeps in free space what was changed or deleted before; run VACUUM when there is room: {e}"
            );
        }
        c.batch_execute("PRAGMA temp_store = MEMORY")?;
    }
    Ok(())
}

/// Brings an embedded database without rows to the schema of this program.
///
/// # Errors
/// [`StoreError::Broken`] if a migration fails.
pub(super) fn embedded(conn: &mut diesel::SqliteConnection) -> Result<()> {
    names(conn.run_pending_migrations(SQLITE)).map(drop)
}

fn names(ran: diesel::migration::Result<Vec<MigrationVersion<'_>>>) -> Result<Vec<String>> {
    let ran = ran.map_err(|e| StoreError::Broken(format!("a migration failed: {e}")))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// Checks that the schema is exactly the one of this program.
pub(super) fn must_be_current(conn: &mut Conn) -> Result<()> {
    let applied = applied(conn)?;
    let known = known(conn)?;
    newer(&applied, &known)?;
    let pending: Vec<&str> = known.difference(&applied).map(String::as_str).collect();
    if pending.is_empty() {
        return Ok(());
    }
    let list = pending.join(", ");
    Err(StoreError::Unreachable(format!(
        "the database needs migrations ({list}); run `major-projects migrate`"
    )))
}

fn refuse_newer(conn: &mut Conn) -> Result<()> {
    newer(&applied_of_any(conn)?, &known(conn)?)
}

/// The migrations of any database: on an empty one this creates their table.
fn applied_of_any(conn: &mut Conn) -> Result<BTreeSet<String>> {
    let applied = match conn {
        Conn::Postgres(c) => MigrationHarness::<Pg>::applied_migrations(c),
        Conn::Sqlite(c) => MigrationHarness::<Sqlite>::applied_migrations(c),
    };
    Ok(applied.map_err(StoreError::broken)?.iter().map(ToString::to_string).collect())
}

fn newer(applied: &BTreeSet<String>, known: &BTreeSet<String>) -> Result<()> {
    let unknown: Vec<&str> = applied.difference(known).map(String::as_str).collect();
    if unknown.is_empty() { Ok(()) } else { Err(StoreError::NewerSchema(unknown.join(", "))) }
}

fn known(conn: &Conn) -> Result<BTreeSet<String>> {
    fn versions<DB: diesel::backend::Backend>(
        source: &impl MigrationSource<DB>,
    ) -> Result<BTreeSet<String>> {
        let all: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(StoreError::broken)?;
        Ok(all.iter().map(|m| m.name().version().to_string()).collect())
    }
    match conn {
        Conn::Postgres(_) => versions::<Pg>(&POSTGRES),
        Conn::Sqlite(_) => versions::<Sqlite>(&SQLITE),
    }
}

diesel::table! {
    /// Diesel's table of applied migrations.
    __diesel_schema_migrations (version) {
        /// Version of the migration.
        version -> VarChar,
    }
}

fn applied(conn: &mut Conn) -> Result<BTreeSet<String>> {
    use diesel::QueryDsl;
    let versions: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)?;
    Ok(versions.into_iter().collect())
}
