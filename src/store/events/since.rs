//! What was changed since a position, for work that was decided on an earlier snapshot.

use diesel::prelude::*;

use crate::store::schema::{events, projects};
use crate::store::{Conn, Result};

/// A record that changed.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct ChangedSubject {
    /// Kind of the record.
    pub kind: String,
    /// Its project, if it belongs to one.
    pub project: Option<i64>,
    /// Current name of the project.
    pub name: Option<String>,
    /// Current national code of the project.
    pub code: Option<String>,
}

/// Records with an event after the one with id `position`, sealed or not.
///
/// On SQLite ids follow the order of commits. On PostgreSQL they do not, and events that commit late
/// are missed.
pub(crate) fn changed_since(conn: &mut Conn, position: i64) -> Result<Vec<ChangedSubject>> {
    Ok(events::table
        .left_join(projects::table.on(projects::id.nullable().eq(events::project_id)))
        .filter(events::id.gt(position))
        .select((
            events::subject_kind,
            events::project_id,
            projects::name.nullable(),
            projects::code.nullable(),
        ))
        .distinct()
        .load(conn)?)
}
