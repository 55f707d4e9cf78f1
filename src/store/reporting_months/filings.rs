//! Names and owners of the projects in a list of filings.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::id::{ProjectId, UnitId};
use crate::domain::reference::unit::UnitRole;
use crate::store::projects::units as project_units;
use crate::store::schema::projects;
use crate::store::{Conn, Result};

/// A unit that owns a project. Ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    /// The unit's name.
    pub name: String,
    /// The unit's id.
    pub id: UnitId,
}

/// Owning units of these projects, by project.
pub(crate) fn owners(
    conn: &mut Conn,
    of: impl Iterator<Item = ProjectId>,
) -> Result<BTreeMap<ProjectId, Vec<Owner>>> {
    let wanted: BTreeSet<i64> = of.map(|id| id.0).collect();
    let mut owners: BTreeMap<ProjectId, Vec<Owner>> = BTreeMap::new();
    for (project, id, name, role) in project_units::links(conn, &wanted)? {
        if role == UnitRole::Owner {
            owners.entry(project).or_default().push(Owner { name, id });
        }
    }
    Ok(owners)
}

/// Names of these projects, by id.
pub(crate) fn project_names(
    conn: &mut Conn,
    of: &[ProjectId],
) -> Result<BTreeMap<ProjectId, String>> {
    let rows: Vec<(i64, String)> = projects::table
        .filter(projects::id.eq_any(of.iter().map(|p| p.0)))
        .select((projects::id, projects::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (ProjectId(id), name)).collect())
}
