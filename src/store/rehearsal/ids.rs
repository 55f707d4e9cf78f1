//! Ids reserved for the new rows of a rehearsal, so that they are final before they are applied.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;

use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::rehearsal::{REHEARSED, number};

/// Ranges of ids that only one rehearsal uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReservedIds {
    /// Last id before the range, by table.
    starts: BTreeMap<String, i64>,
    /// Length of each range.
    rows: i64,
}

impl ReservedIds {
    /// Last id before the range of `table`.
    pub(super) fn start(&self, table: &str) -> Option<i64> {
        self.starts.get(table).copied()
    }

    /// True if nothing is reserved.
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

/// Reserves the next `rows` ids of each table.
pub(in crate::store) fn reserve(
    conn: &mut Conn,
    tables: &[String],
    rows: i64,
) -> Result<ReservedIds> {
    let mut starts = BTreeMap::new();
    for table in tables {
        sql_query(format!(
            "insert into sqlite_sequence (name, seq) select '{table}', 0 \
             where not exists (select 1 from sqlite_sequence where name = '{table}')"
        ))
        .execute(conn)?;
        let last = format!("select seq as number from sqlite_sequence where name = '{table}'");
        starts.insert(table.clone(), number(conn, last)?);
        sql_query(format!("update sqlite_sequence set seq = seq + {rows} where name = '{table}'"))
            .execute(conn)?;
    }
    Ok(ReservedIds { starts, rows })
}

/// Gives back the ids that were not used, unless others were given after them.
pub(in crate::store) fn release(conn: &mut Conn, ids: &ReservedIds) -> Result<()> {
    for (table, start) in &ids.starts {
        give_back(conn, table, *start, ids.rows)?;
    }
    Ok(())
}

/// Gives back the ids that the attached rehearsal did not use.
pub(super) fn release_unused(conn: &mut Conn, ids: &ReservedIds) -> Result<()> {
    for (table, start) in &ids.starts {
        let used = format!(
            "select coalesce(max(seq), {start}) as number from {REHEARSED}.sqlite_sequence \
             where name = '{table}'"
        );
        let used = number(conn, used)?;
        give_back(conn, table, used, start + ids.rows - used)?;
    }
    Ok(())
}

fn give_back(conn: &mut Conn, table: &str, last_used: i64, unused: i64) -> Result<()> {
    sql_query(format!(
        "update sqlite_sequence set seq = {last_used} \
         where name = '{table}' and seq = {last_used} + {unused}"
    ))
    .execute(conn)?;
    Ok(())
}
