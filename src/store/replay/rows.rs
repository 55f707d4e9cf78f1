//! Rows of an embedded database, made from images.

use std::collections::BTreeMap;

use chrono::DateTime;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::domain::fold::fold;
use crate::domain::personal_data::{ERASED, blank_of};
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::record::image::Columns;
use crate::store::record::tables::{Kind, TABLES, Table};

/// What becomes of a row.
pub(super) enum Change {
    /// It is deleted.
    Delete,
    /// It is inserted, or replaced as a whole.
    Write(Columns),
}

/// The row as SQLite stores it.
pub(super) fn stored(table: &Table, id: i64, public: Columns, personal: Columns) -> Columns {
    let mut image = public;
    image.extend(personal);
    let mut row = Columns::new();
    row.insert("id".to_owned(), id.into());
    for column in table.columns {
        let value = match (column.kind, image.remove(column.name)) {
            (Kind::Derived, _) => match derived(column.name) {
                Some(value) => value,
                None => continue,
            },
            // Its event has no private part any more. A name may have to be unique.
            (Kind::Private, None) if column.name == "username" => format!("{ERASED}{id}").into(),
            (Kind::Private, None) => blank_of(column.name).into(),
            (kind, value) => in_sqlite(kind, value.unwrap_or(Value::Null)),
        };
        row.insert(column.name.to_owned(), value);
    }
    if table.name == "project_external_ids" {
        let value = row.get("value").and_then(Value::as_str).map(fold).unwrap_or_default();
        row.insert("search_text".to_owned(), value.into());
    }
    row
}

/// Value of a column that is in no image; `None` if the schema has one.
fn derived(column: &str) -> Option<Value> {
    match column {
        "after_sequence" => Some(0.into()),
        "leased_until" => Some("1970-01-01 00:00:00".into()),
        _ => None,
    }
}

fn in_sqlite(kind: Kind, value: Value) -> Value {
    match (kind, &value) {
        (Kind::Money, Value::String(fen)) => fen.parse::<i64>().map_or(value, Value::from),
        (Kind::Flag, Value::Bool(flag)) => i64::from(*flag).into(),
        (Kind::Instant, Value::String(text)) => DateTime::parse_from_rfc3339(text)
            .map_or(value, |at| at.naive_utc().format("%Y-%m-%d %H:%M:%S%.f").to_string().into()),
        _ => value,
    }
}

/// Applies changes in one transaction. Deletions come first, so that a value that is unique is free
/// for the row that has it now.
pub(super) fn apply(conn: &mut Conn, changes: BTreeMap<(&str, i64), Change>) -> Result<()> {
    let mut deleted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut written: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for ((table, id), change) in changes {
        match change {
            Change::Delete => deleted.entry(table).or_default().push(id.to_string()),
            Change::Write(row) => written.entry(table).or_default().push(row.into()),
        }
    }
    for (table, ids) in deleted {
        sql_query(format!("delete from {table} where id in ({})", ids.join(", "))).execute(conn)?;
    }
    for table in TABLES {
        if let Some(rows) = written.remove(table.name) {
            insert(conn, table, &rows)?;
        }
    }
    Ok(())
}

/// Inserts rows; one with the same id is replaced.
pub(super) fn insert(conn: &mut Conn, table: &Table, rows: &[Value]) -> Result<()> {
    let Some(Value::Object(first)) = rows.first() else { return Ok(()) };
    let columns: Vec<&str> = first.keys().map(String::as_str).collect();
    let values: Vec<String> =
        columns.iter().map(|column| format!("json_extract(value, '$.{column}')")).collect();
    let rows = serde_json::to_string(rows).map_err(StoreError::broken)?;
    let sql = format!(
        "insert or replace into {} ({}) select {} from json_each(?)",
        table.name,
        columns.join(", "),
        values.join(", ")
    );
    sql_query(sql).bind::<Text, _>(rows).execute(conn)?;
    Ok(())
}
