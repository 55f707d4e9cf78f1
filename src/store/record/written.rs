//! Lists the rows that a transaction writes, by triggers into a temporary table of the connection.

use std::fmt::Write;

use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::{Deserialize, Deserializer};

use crate::store::conn::{Conn, list_on_postgres};
use crate::store::error::{Result, StoreError};
use crate::store::record::tables::{TABLES, Table, table};

/// Columns of an event that its text repeats.
const EVENT: [&str; 14] = [
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "kind",
    "subject_kind",
    "subject_id",
    "subject_version",
    "subject_key",
    "project_id",
    "changes",
    "request_id",
    "origin",
];

/// What a transaction has written.
#[derive(Debug, Default)]
pub(in crate::store) struct Written {
    /// Its events, in their order.
    pub events: Vec<EventRow>,
    /// Rows of covered tables, in the order of writing.
    pub rows: Vec<WrittenRow>,
}

/// One write of one row.
#[derive(Debug)]
pub(in crate::store) struct WrittenRow {
    pub table: &'static Table,
    pub id: i64,
    /// The row before, as JSON; `None` if it was inserted.
    pub old: Option<String>,
    /// The row after, as JSON; `None` if it was deleted.
    pub new: Option<String>,
}

/// An event as its transaction wrote it.
#[derive(Debug, Deserialize)]
pub(in crate::store) struct EventRow {
    pub id: i64,
    #[serde(deserialize_with = "instant")]
    pub at: NaiveDateTime,
    pub actor_kind: String,
    pub actor_id: Option<i64>,
    pub actor_name: String,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: i64,
    pub subject_version: Option<i64>,
    pub subject_key: Option<String>,
    pub project_id: Option<i64>,
    pub changes: String,
    pub request_id: String,
    pub origin: String,
}

fn instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_instant(&text).ok_or_else(|| serde::de::Error::custom("no instant"))
}

/// An instant as either database writes it.
pub(in crate::store) fn parse_instant(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    tbl: String,
    #[diesel(sql_type = BigInt)]
    row_id: i64,
    #[diesel(sql_type = Nullable<Text>)]
    old: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    new: Option<String>,
}

/// Makes the connection list what it writes from now on. False if the database has no tables yet.
pub(in crate::store) fn list_writes(conn: &mut Conn) -> Result<bool> {
    list_on_postgres(conn)?;
    match conn {
        // The triggers are permanent.
        Conn::Postgres(_) => {}
        Conn::Sqlite(c) => {
            c.batch_execute(SQLITE_LIST)?;
            let has_tables =
                "select count(*) as number from main.sqlite_master where name = 'event_private'";
            if sql_query(has_tables).get_result::<Number>(c)?.number == 0 {
                return Ok(false);
            }
            c.batch_execute(&sqlite_triggers())?;
        }
    }
    Ok(true)
}

/// The temporary table of SQLite.
const SQLITE_LIST: &str = "create temporary table if not exists written_rows (
    n integer primary key, tbl text not null, row_id integer not null, op text not null,
    old text, new text)";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The triggers of SQLite that fill the list. They belong to the connection, so
/// that nothing is listed of what another program writes.
fn sqlite_triggers() -> String {
    let mut sql = String::new();
    let events: Vec<&str> = EVENT.to_vec();
    trigger(&mut sql, "events", "insert", "null", &object("new", &events));
    for table in TABLES {
        let columns = columns(table);
        let old = object("old", &columns);
        let new = object("new", &columns);
        trigger(&mut sql, table.name, "insert", "null", &new);
        trigger(&mut sql, table.name, "update", &old, &new);
        trigger(&mut sql, table.name, "delete", &old, "null");
    }
    sql
}

/// Names of all columns, `id` first.
pub(in crate::store) fn columns(table: &Table) -> Vec<&'static str> {
    std::iter::once("id").chain(table.columns.iter().map(|column| column.name)).collect()
}

/// Expression for the row `row` as a JSON object.
fn object(row: &str, columns: &[&str]) -> String {
    let pairs: Vec<String> =
        columns.iter().map(|column| format!("'{column}', {row}.{column}")).collect();
    format!("json_object({})", pairs.join(", "))
}

fn trigger(sql: &mut String, table: &str, op: &str, old: &str, new: &str) {
    let id = if op == "delete" { "old.id" } else { "new.id" };
    let _ = write!(
        sql,
        "create temporary trigger if not exists {table}_{op}_written after {op} on main.{table} begin
             insert into written_rows (tbl, row_id, op, old, new)
             values ('{table}', {id}, '{op}', {old}, {new});
         end;"
    );
}

/// Takes what was listed since the last call.
pub(in crate::store) fn take(conn: &mut Conn) -> Result<Written> {
    const TAKE: &str = "delete from written_rows returning n, tbl, row_id, old, new";
    let lines: Vec<Line> = match conn {
        Conn::Postgres(c) => sql_query(format!(
            "with taken as ({TAKE}) select tbl, row_id, old, new from taken order by n"
        ))
        .load(c)?,
        // Rows come back in the order of the key.
        Conn::Sqlite(c) => {
            let lines =
                sql_query("select tbl, row_id, old, new from written_rows order by n").load(c)?;
            sql_query("delete from written_rows").execute(c)?;
            lines
        }
    };
    let mut written = Written::default();
    for Line { tbl, row_id, old, new } in lines {
        if tbl == "events" {
            let text = new.unwrap_or_default();
            written.events.push(serde_json::from_str(&text).map_err(StoreError::broken)?);
        } else if let Some(table) = table(&tbl) {
            written.rows.push(WrittenRow { table, id: row_id, old, new });
        }
    }
    Ok(written)
}

/// A row of a table as JSON.
#[derive(QueryableByName)]
pub(in crate::store) struct StoredRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// The next rows of `table` from the id `from` on, at most `most`; of bulletins, whose content is large,
/// one.
pub(in crate::store) fn rows_from(
    conn: &mut Conn,
    table: &Table,
    from: i64,
    most: usize,
) -> Result<Vec<StoredRow>> {
    let name = table.name;
    let most = if name == "bulletins" { 1 } else { most };
    let tail = format!(
        "from {name} as r where r.id >= cast('{from}' as bigint) order by r.id limit {most}"
    );
    Ok(match conn {
        Conn::Postgres(c) => {
            sql_query(format!("select r.id, to_jsonb(r)::text as text {tail}")).load(c)?
        }
        Conn::Sqlite(c) => {
            // JSON has no bytes; the program stores none, so that a row with some differs from its image.
            let pairs: Vec<String> = columns(table)
                .iter()
                .map(|name| {
                    format!("'{name}', case typeof(r.{name}) when 'blob' then hex(r.{name}) else r.{name} end")
                })
                .collect();
            sql_query(format!("select r.id, json_object({}) as text {tail}", pairs.join(", ")))
                .load(c)?
        }
    })
}
