//! Text search: the folded text of a record, stored beside it, and the patterns that find it.
//!
//! It is stored because SQLite folds only ASCII and PostgreSQL by its own rules. A line break
//! separates fields: no folded text contains one, so nothing is found across two fields.

use diesel::prelude::*;

use crate::domain::fold::fold;
use crate::store::conn::{Begin, Conn};
use crate::store::error::{Result, StoreError};
use crate::store::schema::{projects, units, users};

/// Rows filled in one transaction.
const BATCH: i64 = 1_000;
/// Attempts at a batch that conflicts with other writes.
const ATTEMPTS: u32 = 20;

/// Searchable text of a project; `package` is the package of projects it belongs to.
pub(super) fn of_project(name: &str, code: Option<&str>, leader: &str, package: &str) -> String {
    folded(&[name, code.unwrap_or_default(), leader, package])
}

/// Searchable text of a unit.
pub(super) fn of_unit(name: &str, credit_code: Option<&str>) -> String {
    folded(&[name, credit_code.unwrap_or_default()])
}

/// Searchable text of an account.
pub(super) fn of_user(username: &str, display_name: &str) -> String {
    folded(&[username, display_name])
}

fn folded(fields: &[&str]) -> String {
    let fields = fields.iter().map(|field| fold(field)).filter(|field| !field.is_empty());
    fields.collect::<Vec<_>>().join("\n")
}

/// `LIKE` pattern that finds `text`, folded, in a searchable text; use with `escape('\\')`.
pub(super) fn anywhere(text: &str) -> String {
    literally(&fold(text))
}

/// `LIKE` pattern that finds `text` as it stands, with wildcards escaped; use with `escape('\\')`.
pub(super) fn literally(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Fills the searchable text of rows that have none: those of an earlier release. Commits every
/// [`BATCH`] rows; what is interrupted is continued by the next start.
///
/// # Errors
/// Those of the database.
pub(super) fn fill(conn: &mut Conn) -> Result<()> {
    in_batches(conn, fill_projects)?;
    in_batches(conn, fill_units)?;
    in_batches(conn, fill_users)
}

/// Fills the next rows after an id; returns the id of the last one, or `None` when none is left.
type FillBatch = fn(&mut Conn, i64) -> Result<Option<i64>>;

fn in_batches(conn: &mut Conn, fill: FillBatch) -> Result<()> {
    let mut after = Some(0);
    let mut attempts_left = ATTEMPTS;
    while let Some(id) = after {
        conn.begin(Begin::Exclusive)?;
        match fill(conn, id) {
            Ok(last) => {
                conn.commit()?;
                (after, attempts_left) = (last, ATTEMPTS);
            }
            Err(error) => {
                conn.rollback()?;
                // Another instance, which still serves, changed one of the rows.
                attempts_left -= 1;
                if error != StoreError::Busy || attempts_left == 0 {
                    return Err(error);
                }
            }
        }
    }
    Ok(())
}

fn fill_projects(conn: &mut Conn, after: i64) -> Result<Option<i64>> {
    let rows: Vec<(i64, String, Option<String>, String, String)> = projects::table
        .filter(projects::search_text.eq("").and(projects::id.gt(after)))
        .order(projects::id)
        .limit(BATCH)
        .select((projects::id, projects::name, projects::code, projects::leader, projects::package))
        .load(conn)?;
    for (id, name, code, leader, package) in &rows {
        let text = of_project(name, code.as_deref(), leader, package);
        diesel::update(projects::table.find(id))
            .set(projects::search_text.eq(text))
            .execute(conn)?;
    }
    Ok(rows.last().map(|row| row.0))
}

/// Computes the text of one project anew.
///
/// # Errors
/// Those of the database.
pub(super) fn refill_project(conn: &mut Conn, id: i64) -> Result<()> {
    let (name, code, leader, package): (String, Option<String>, String, String) = projects::table
        .find(id)
        .select((projects::name, projects::code, projects::leader, projects::package))
        .first(conn)?;
    let text = of_project(&name, code.as_deref(), &leader, &package);
    diesel::update(projects::table.find(id)).set(projects::search_text.eq(text)).execute(conn)?;
    Ok(())
}

fn fill_units(conn: &mut Conn, after: i64) -> Result<Option<i64>> {
    let rows: Vec<(i64, String, Option<String>)> = units::table
        .filter(units::search_text.eq("").and(units::id.gt(after)))
        .order(units::id)
        .limit(BATCH)
        .select((units::id, units::name, units::credit_code))
        .load(conn)?;
    for (id, name, credit_code) in &rows {
        let text = of_unit(name, credit_code.as_deref());
        diesel::update(units::table.find(id)).set(units::search_text.eq(text)).execute(conn)?;
    }
    Ok(rows.last().map(|row| row.0))
}

fn fill_users(conn: &mut Conn, after: i64) -> Result<Option<i64>> {
    let rows: Vec<(i64, String, String)> = users::table
        .filter(users::search_text.eq("").and(users::id.gt(after)))
        .order(users::id)
        .limit(BATCH)
        .select((users::id, users::username, users::display_name))
        .load(conn)?;
    for (id, username, display_name) in &rows {
        let text = of_user(username, display_name);
        diesel::update(users::table.find(id)).set(users::search_text.eq(text)).execute(conn)?;
    }
    Ok(rows.last().map(|row| row.0))
}

#[cfg(test)]
mod tests {
    use super::{anywhere, literally, of_project};

    #[test]
    fn wildcards_in_the_text_stand_for_themselves() {
        assert_eq!(anywhere(" 50%_A\\ "), "%50\\%\\_a\\\\%");
        assert_eq!(anywhere("５０％＿"), "%50\\%\\_%");
        assert_eq!(literally("A "), "%A %");
    }

    #[test]
    fn a_line_break_separates_the_fields() {
        assert_eq!(of_project("甲\nⅡ期", None, "王", ""), "甲 ii期\n王");
    }
}
