//! The record that an event is about, as the event's transaction leaves it.

use diesel::prelude::*;

use crate::domain::access_log::day::AccessDay;
use crate::store::schema::{
    areas, bulletins, clients, industries, issues, light_rules, milestones, monthly_reports, plans,
    projects, proposals, reporting_months, restatements, roll_overs, units, users, webhooks,
    year_plans,
};
use crate::store::{Conn, Result};

/// State of a record after a change. Both are absent for a record that has none, or is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SubjectState {
    /// Its version.
    pub version: Option<i64>,
    /// What names it in addresses instead of its id: a month, a year or a code.
    pub key: Option<String>,
}

/// The state of a record of `$table`: its version, its version and key of type `$kind`, or its key
/// alone.
macro_rules! state {
    ($conn:ident, $id:ident, $table:ident) => {{
        let version = $table::table.find($id).select($table::version).first($conn).optional()?;
        SubjectState { version, key: None }
    }};
    ($conn:ident, $id:ident, $table:ident, $key:ident: $kind:ty) => {{
        let found = $table::table.find($id).select(($table::version, $table::$key));
        let found: Option<(i64, $kind)> = found.first($conn).optional()?;
        let (version, key) = found.unzip();
        SubjectState { version, key: key.map(|key| key.to_string()) }
    }};
    ($conn:ident, $id:ident, $table:ident, only $key:ident: $kind:ty) => {{
        let key: Option<$kind> =
            $table::table.find($id).select($table::$key).first($conn).optional()?;
        SubjectState { version: None, key: key.map(|key| key.to_string()) }
    }};
}

/// The state of a record; call it in the transaction that changed the record, after the change.
pub(super) fn state_of(conn: &mut Conn, kind: &str, id: i64) -> Result<SubjectState> {
    Ok(match kind {
        "project" => state!(conn, id, projects),
        "milestone" => state!(conn, id, milestones),
        "issue" => state!(conn, id, issues),
        "unit" => state!(conn, id, units),
        "proposal" => state!(conn, id, proposals),
        "user" => state!(conn, id, users),
        "client" => state!(conn, id, clients),
        "webhook" => state!(conn, id, webhooks),
        "report" => state!(conn, id, monthly_reports, month: String),
        "year_plan" => state!(conn, id, year_plans, year: i32),
        "reporting_month" => state!(conn, id, reporting_months, month: String),
        "roll_over" => state!(conn, id, roll_overs, year: i32),
        "plan" => state!(conn, id, plans, year: i32),
        "area" => state!(conn, id, areas, code: String),
        "industry" => state!(conn, id, industries, code: String),
        "restatement" => state!(conn, id, restatements, only month: String),
        "bulletin" => state!(conn, id, bulletins, only month: String),
        "light_rules" => state!(conn, id, light_rules, only year: i32),
        "access_day" => {
            let key = AccessDay::of_number(id).map(|day| day.to_string());
            SubjectState { version: None, key }
        }
        _ => SubjectState::default(),
    })
}
