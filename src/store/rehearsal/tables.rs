//! Copies of tables, and the list of the rows in them that the work changed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::rehearsal::{REGISTER, RehearsalPlan, Table, number as one_number};

/// Table of the events: its copy starts empty, and each new event is applied.
pub(super) const EVENTS: &str = "events";

#[derive(QueryableByName)]
struct Definition {
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Copies the tables of `plan` with their rows and indexes.
pub(super) fn copy(conn: &mut Conn, plan: &RehearsalPlan) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for name in names(conn, plan)? {
        create(conn, &name, "table")?;
        if name != EVENTS {
            create(conn, &name, "index")?;
            // Equal definitions: SQLite copies the records without decoding them.
            conn.batch_execute(&format!(
                "INSERT INTO main.{name} SELECT * FROM {REGISTER}.{name}"
            ))?;
        }
        let last = format!(
            "select coalesce(max(seq), 0) as number from {REGISTER}.sqlite_sequence \
             where name = '{name}'"
        );
        let last_old = one_number(conn, last)?;
        let numbered = plan.rows > 0 && plan.numbered.contains(&name.as_str());
        tables.push(Table { name, last_old, numbered });
    }
    Ok(tables)
}

/// The names of the tables to copy.
fn names(conn: &mut Conn, plan: &RehearsalPlan) -> Result<Vec<String>> {
    let wanted = plan.tables.iter().map(|name| match name.strip_suffix('*') {
        Some(begin) => format!("substr(name, 1, {}) = '{begin}'", begin.len()),
        None => format!("name = '{name}'"),
    });
    let wanted: Vec<String> = wanted.chain([format!("name = '{EVENTS}'")]).collect();
    let wanted = wanted.join(" or ");
    let found = format!(
        "select name from {REGISTER}.sqlite_master where type = 'table' and ({wanted}) order by name"
    );
    let found: Vec<Named> = sql_query(found).load(conn)?;
    Ok(found.into_iter().map(|table| table.name).collect())
}

fn create(conn: &mut Conn, table: &str, kind: &str) -> Result<()> {
    let found = format!(
        "select sql from {REGISTER}.sqlite_master \
         where tbl_name = '{table}' and type = '{kind}' and sql is not null"
    );
    let found: Vec<Definition> = sql_query(found).load(conn)?;
    for definition in found {
        conn.batch_execute(&definition.sql)?;
    }
    Ok(())
}

/// Sets the last id of each table.
pub(super) fn number(conn: &mut Conn, tables: &[Table]) -> Result<()> {
    for Table { name, last_old, .. } in tables {
        conn.batch_execute(&format!(
            "DELETE FROM main.sqlite_sequence WHERE name = '{name}';
             INSERT INTO main.sqlite_sequence (name, seq) VALUES ('{name}', {last_old});"
        ))?;
    }
    Ok(())
}

/// From now on notes which rows are updated or deleted.
pub(super) fn watch(conn: &mut Conn, tables: &[Table]) -> Result<()> {
    conn.batch_execute(
        "CREATE TABLE main.touched (tbl TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (tbl, id)) WITHOUT ROWID",
    )?;
    for Table { name, last_old, .. } in tables.iter().filter(|t| t.name != EVENTS) {
        for what in ["UPDATE", "DELETE"] {
            conn.batch_execute(&format!(
                "CREATE TRIGGER main.touched_{name}_{what} AFTER {what} ON {name} WHEN OLD.id <= {last_old}
                 BEGIN INSERT OR IGNORE INTO touched VALUES ('{name}', OLD.id); END"
            ))?;
        }
    }
    Ok(())
}
