//! Ids of projects in other systems.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::fold::fold;
use crate::domain::id::ProjectId;
use crate::domain::project::external_id::ExternalId;
use crate::store::schema::project_external_ids;
use crate::store::{Conn, Result};

/// Ids of a project, by system and value.
pub(crate) fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<ExternalId>> {
    Ok(of(conn, &[project.0])?.remove(&project).unwrap_or_default())
}

/// Ids of these projects, by system and value.
pub(in crate::store) fn of(
    conn: &mut Conn,
    projects: &[i64],
) -> Result<BTreeMap<ProjectId, Vec<ExternalId>>> {
    let rows: Vec<(i64, String, String)> = project_external_ids::table
        .filter(project_external_ids::project_id.eq_any(projects))
        .order((
            project_external_ids::project_id,
            project_external_ids::system,
            project_external_ids::value,
        ))
        .select((
            project_external_ids::project_id,
            project_external_ids::system,
            project_external_ids::value,
        ))
        .load(conn)?;
    let mut found: BTreeMap<ProjectId, Vec<ExternalId>> = BTreeMap::new();
    for (project, system, value) in rows {
        found.entry(ProjectId(project)).or_default().push(ExternalId { system, value });
    }
    Ok(found)
}

/// The project that has this id.
pub(crate) fn holder(conn: &mut Conn, id: &ExternalId) -> Result<Option<ProjectId>> {
    let found: Option<i64> = project_external_ids::table
        .filter(project_external_ids::system.eq(&id.system))
        .filter(project_external_ids::value.eq(&id.value))
        .select(project_external_ids::project_id)
        .first(conn)
        .optional()?;
    Ok(found.map(ProjectId))
}

/// Replaces the ids of a project.
///
/// # Errors
/// [`StoreError::Taken`](crate::store::StoreError::Taken) if another project has one of them.
pub(crate) fn replace(conn: &mut Conn, project: ProjectId, new: &[ExternalId]) -> Result<()> {
    diesel::delete(
        project_external_ids::table.filter(project_external_ids::project_id.eq(project.0)),
    )
    .execute(conn)?;
    for ExternalId { system, value } in new {
        diesel::insert_into(project_external_ids::table)
            .values((
                project_external_ids::project_id.eq(project.0),
                project_external_ids::system.eq(system),
                project_external_ids::value.eq(value),
                project_external_ids::search_text.eq(fold(value)),
            ))
            .execute(conn)?;
    }
    Ok(())
}
