//! Responsible units of projects, each with a role.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::id::{ProjectId, UnitId};
use crate::domain::reference::unit::{ProjectUnit, UnitRole};
use crate::store::schema::{project_units, projects, units};
use crate::store::{Conn, Result, StoreError};

/// Units of a project, in the order of assignment.
pub(crate) fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<ProjectUnit>> {
    Ok(of(conn, &[project.0])?.remove(&project).unwrap_or_default())
}

/// Units of these projects, in the order of assignment.
pub(in crate::store) fn of(
    conn: &mut Conn,
    projects: &[i64],
) -> Result<BTreeMap<ProjectId, Vec<ProjectUnit>>> {
    type Found = (i64, i64, String, String, String, String);
    let rows: Vec<Found> = project_units::table
        .inner_join(units::table)
        .filter(project_units::project_id.eq_any(projects))
        .order((project_units::project_id, project_units::position, project_units::id))
        .select((
            project_units::project_id,
            units::id,
            units::name,
            project_units::role,
            project_units::contact,
            project_units::phone,
        ))
        .load(conn)?;
    let mut found: BTreeMap<ProjectId, Vec<ProjectUnit>> = BTreeMap::new();
    for (project, unit_id, unit, role, contact, phone) in rows {
        let role = StoreError::read_text(&role)?;
        let unit = ProjectUnit { unit_id: UnitId(unit_id), unit, role, contact, phone };
        found.entry(ProjectId(project)).or_default().push(unit);
    }
    Ok(found)
}

/// Roles of one unit in a project.
pub(crate) fn roles(conn: &mut Conn, project: ProjectId, unit: UnitId) -> Result<Vec<UnitRole>> {
    let roles: Vec<String> = project_units::table
        .filter(project_units::project_id.eq(project.0))
        .filter(project_units::unit_id.eq(unit.0))
        .select(project_units::role)
        .load(conn)?;
    roles.iter().map(|role| StoreError::read_text(role)).collect()
}

/// `(project, unit)` of every role in these projects.
pub(crate) fn of_projects(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
) -> Result<Vec<(ProjectId, UnitId)>> {
    let rows: Vec<(i64, i64)> = project_units::table
        .filter(project_units::project_id.eq_any(projects.iter().map(|p| p.0)))
        .select((project_units::project_id, project_units::unit_id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(project, unit)| (ProjectId(project), UnitId(unit))).collect())
}

/// Replaces the units of a project.
pub(crate) fn replace(conn: &mut Conn, project: ProjectId, new: &[ProjectUnit]) -> Result<()> {
    diesel::delete(project_units::table.filter(project_units::project_id.eq(project.0)))
        .execute(conn)?;
    for (position, unit) in (1_i32..).zip(new) {
        diesel::insert_into(project_units::table)
            .values((
                project_units::project_id.eq(project.0),
                project_units::unit_id.eq(unit.unit_id.0),
                project_units::role.eq(unit.role.as_str()),
                project_units::contact.eq(&unit.contact),
                project_units::phone.eq(&unit.phone),
                project_units::position.eq(position),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// `(project, unit, unit name, role)` of these projects.
pub(in crate::store) fn links(
    conn: &mut Conn,
    wanted: &BTreeSet<i64>,
) -> Result<Vec<(ProjectId, UnitId, String, UnitRole)>> {
    let rows: Vec<(i64, i64, String, String)> = project_units::table
        .inner_join(units::table)
        .inner_join(projects::table)
        .order((project_units::project_id, project_units::position, project_units::id))
        .select((project_units::project_id, units::id, units::name, project_units::role))
        .load(conn)?;
    rows.into_iter()
        .filter(|(project, ..)| wanted.contains(project))
        .map(|(project, unit, name, role)| {
            Ok((ProjectId(project), UnitId(unit), name, StoreError::read_text(&role)?))
        })
        .collect()
}
