//! Applies the rows that changed in a rehearsal, by a fixed number of statements for each table.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::domain::id::ProjectId;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::rehearsal::tables::EVENTS;
use crate::store::rehearsal::{REHEARSED, Rehearsed, Table, ids};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Rehearsed {
    /// Applies the changed rows, without those of the projects `except`; call it in a transaction to
    /// which the file is attached, after checking that what the work relied on still holds.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a unique value was taken since.
    pub fn apply(&self, conn: &mut Conn, except: &BTreeSet<ProjectId>) -> Result<()> {
        // Rows refer to rows of other tables in any order; the commit checks them all.
        conn.batch_execute("PRAGMA defer_foreign_keys = ON")?;
        let ids: Vec<String> = except.iter().map(ToString::to_string).collect();
        for table in &self.tables {
            let project =
                if except.is_empty() { String::new() } else { self.project_of(conn, &table.name)? };
            apply(conn, table, &Except { project, ids: ids.join(", ") })?;
        }
        ids::release_unused(conn, &self.ids)
    }

    /// Expression for the project of a row of `table`, which is named `r`.
    fn project_of(&self, conn: &mut Conn, table: &str) -> Result<String> {
        if table == "projects" {
            return Ok("r.id".to_owned());
        }
        if table == "units" {
            // They belong to no project, and are there for what is judged again.
            return Ok("null".to_owned());
        }
        if columns(conn, table)?.iter().any(|column| column == "project_id") {
            return Ok("r.project_id".to_owned());
        }
        let parents = sql_query(format!(
            "select \"table\" as parent, \"from\" as name from pragma_foreign_key_list('{table}')"
        ));
        for Reference { parent, name } in parents.load::<Reference>(conn)? {
            let is_copied = self.tables.iter().any(|copied| copied.name == parent);
            if is_copied && columns(conn, &parent)?.iter().any(|column| column == "project_id") {
                return Ok(format!(
                    "(select p.project_id from {REHEARSED}.{parent} as p where p.id = r.{name})"
                ));
            }
        }
        Err(StoreError::broken(format!("rows of {table} belong to no project")))
    }
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Projects whose rows are not applied.
struct Except {
    /// Expression for the project of a row `r`; empty if every row is applied.
    project: String,
    ids: String,
}

impl Except {
    /// Condition for rows that are applied.
    fn condition(&self) -> String {
        let Self { project, ids } = self;
        if project.is_empty() {
            return "true".to_owned();
        }
        format!("coalesce({project}, 0) not in ({ids})")
    }
}

fn apply(conn: &mut Conn, table: &Table, except: &Except) -> Result<()> {
    let Table { name, last_old, numbered } = table;
    let all = columns(conn, name)?;
    let others: Vec<&str> = all.iter().map(String::as_str).filter(|c| *c != "id").collect();
    let inserted = if *numbered { all.join(", ") } else { others.join(", ") };
    let new = if name == EVENTS { "true".to_owned() } else { format!("r.id > {last_old}") };
    let old = format!("select id from {REHEARSED}.touched where tbl = '{name}'");
    let kept = format!("select id from {REHEARSED}.{name}");
    let set: Vec<String> = others.iter().map(|column| format!("{column} = r.{column}")).collect();
    let set = set.join(", ");
    let counts = except.condition();
    for sql in [
        format!(
            "delete from main.{name} where id in (select r.id from main.{name} as r \
             where r.id in ({old}) and r.id not in ({kept}) and {counts})"
        ),
        format!(
            "update main.{name} as m set {set} from {REHEARSED}.{name} as r \
             where m.id = r.id and r.id in ({old}) and {counts}"
        ),
        format!(
            "insert into main.{name} ({inserted}) select {inserted} from {REHEARSED}.{name} as r \
             where {new} and {counts} order by r.id"
        ),
    ] {
        sql_query(sql).execute(conn)?;
    }
    Ok(())
}

fn columns(conn: &mut Conn, table: &str) -> Result<Vec<String>> {
    let found = sql_query(format!("select name from pragma_table_info('{table}')"));
    Ok(found.load::<Column>(conn)?.into_iter().map(|column| column.name).collect())
}
