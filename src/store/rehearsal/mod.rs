//! Rehearsal of a long write on SQLite: the work runs on copies of the tables it writes, in a file of
//! its own, beside a snapshot of all others. The writer is free meanwhile. What changed is then
//! applied to the register in one short transaction ([`Rehearsed::apply`]).
//!
//! Names of tables resolve to the copies first, so the work is the same code as without a rehearsal.
//! The snapshot is read-only: writing a table without a copy fails.

mod apply;
pub(crate) mod ids;
mod scratch;
mod tables;

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{ConnectionError, SqliteConnection, sql_query};

use crate::store::conn::{Begin, Conn};
use crate::store::error::{Result, StoreError};
use crate::store::rehearsal::ids::ReservedIds;
use crate::store::rehearsal::scratch::Scratch;

pub(in crate::store) use crate::store::rehearsal::scratch::read_only;
pub(crate) use crate::store::rehearsal::scratch::remove_leftovers;

/// Name of the attached register while work is rehearsed.
const REGISTER: &str = "register";
/// Name of the attached file while its rows are applied.
pub(in crate::store) const REHEARSED: &str = "rehearsed";

/// What a rehearsal copies.
#[derive(Clone, Debug)]
pub struct RehearsalPlan {
    /// Tables the work may write, besides the events. A name ending in `*` stands for every table
    /// that begins so.
    pub tables: &'static [&'static str],
    /// Of these tables, those whose new ids the work shows or stores elsewhere.
    pub numbered: &'static [&'static str],
    /// Most rows the work adds to each numbered table; 0 if nothing will be applied.
    pub rows: i64,
}

/// A snapshot with copies of tables, before the work.
pub(super) struct Rehearsal {
    conn: Conn,
    scratch: Scratch,
    tables: Vec<Table>,
    position: i64,
}

/// A copied table.
#[derive(Clone, Debug)]
struct Table {
    name: String,
    /// Last id of the snapshot, or the last one before the reserved ids.
    last_old: i64,
    /// True if new rows keep their ids.
    numbered: bool,
}

/// Rows that changed in a rehearsal, to be applied. The file is deleted when this is dropped.
#[derive(Debug)]
pub struct Rehearsed {
    scratch: Scratch,
    tables: Vec<Table>,
    /// Id of the last event of the snapshot.
    pub position: i64,
    ids: ReservedIds,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut Conn, sql: String) -> Result<i64> {
    Ok(sql_query(sql).get_result::<Number>(conn)?.number)
}

impl Rehearsal {
    /// Takes the snapshot of the database at `path` and copies the tables of `plan`.
    pub(super) fn open(path: &Path, plan: &RehearsalPlan) -> Result<Self> {
        let scratch = Scratch::make(path)?;
        let failed = |e: ConnectionError| StoreError::broken(e);
        let text = scratch.path().to_string_lossy();
        let mut conn = Conn::Sqlite(SqliteConnection::establish(&text).map_err(failed)?);
        let register = read_only(path);
        // The file is of no use after a crash, and its foreign keys are checked when it is applied.
        conn.batch_execute(&format!(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
             PRAGMA foreign_keys = OFF; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
             ATTACH '{register}' AS {REGISTER}; PRAGMA {REGISTER}.cache_size = -8000;
             PRAGMA {REGISTER}.mmap_size = 268435456;"
        ))?;
        conn.begin(Begin::Snapshot)?;
        // The first read fixes the snapshot.
        let events = format!("select coalesce(max(id), 0) as number from {REGISTER}.events");
        let position = number(&mut conn, events)?;
        let tables = tables::copy(&mut conn, plan)?;
        Ok(Self { conn, scratch, tables, position })
    }

    /// Numbers of the tables whose ids must be reserved before the work.
    pub(super) fn numbered(&self) -> Vec<String> {
        self.tables.iter().filter(|t| t.numbered).map(|t| t.name.clone()).collect()
    }

    /// Runs `work`; its changes are kept in the file if it succeeds. The reserved ids are returned
    /// with an error, so that they can be released.
    pub(super) fn run<T, E: From<StoreError>>(
        mut self,
        ids: ReservedIds,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<(T, Rehearsed), (E, ReservedIds)> {
        match self.work(&ids, work) {
            Ok(done) => {
                let Self { scratch, tables, position, .. } = self;
                Ok((done, Rehearsed { scratch, tables, position, ids }))
            }
            Err(e) => Err((e, ids)),
        }
    }

    fn work<T, E: From<StoreError>>(
        &mut self,
        ids: &ReservedIds,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        for table in &mut self.tables {
            table.last_old = ids.start(&table.name).unwrap_or(table.last_old);
        }
        tables::number(&mut self.conn, &self.tables)?;
        tables::watch(&mut self.conn, &self.tables)?;
        let done = work(&mut self.conn)?;
        self.conn.commit().map_err(StoreError::from)?;
        Ok(done)
    }
}

impl Rehearsed {
    /// The file with the changed rows.
    pub(super) fn file(&self) -> &Path {
        self.scratch.path()
    }

    /// The ids reserved for its new rows.
    pub(super) fn ids(&self) -> ReservedIds {
        self.ids.clone()
    }
}
