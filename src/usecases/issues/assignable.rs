//! Units an issue can be assigned to, for the form of an assignment.

use crate::domain::id::{ProjectId, UnitId};
use crate::domain::reference::unit::UnitKind;
use crate::store::projects::units as project_units;
use crate::store::reference::units::{self, UnitFilter};
use crate::store::{PageRequest, StoreError, projects};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// Upper bound of units in a form's select.
const MOST_UNITS: i64 = 1_000;

/// A unit to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitChoice {
    /// The unit's id.
    pub id: UnitId,
    /// The unit's name.
    pub name: String,
}

/// Units that handle issues: all but enterprises, by name.
///
/// # Errors
/// Database errors only.
pub(crate) fn handling(ask: &mut Ask<'_>) -> Result<Vec<UnitChoice>, Refusal> {
    let kinds = UnitKind::ALL.iter().copied().filter(|kind| *kind != UnitKind::Enterprise);
    let filter = UnitFilter { kinds: kinds.collect(), q: None };
    let found = units::list(ask.conn, &filter, &PageRequest::new(MOST_UNITS, None))?;
    let choices = found.items.into_iter();
    Ok(choices.map(|unit| UnitChoice { id: unit.id, name: unit.name }).collect())
}

/// Units that an issue of `project` can be assigned to: those that handle issues, then those of the
/// project, if the caller sees it.
///
/// # Errors
/// Database errors only.
pub(crate) fn of_project(
    ask: &mut Ask<'_>,
    project: ProjectId,
) -> Result<Vec<UnitChoice>, Refusal> {
    let mut choices = handling(ask)?;
    if sees(ask, project)? {
        for unit in project_units::list(ask.conn, project)? {
            if !choices.iter().any(|choice| choice.id == unit.unit_id) {
                choices.push(UnitChoice { id: unit.unit_id, name: unit.unit });
            }
        }
    }
    Ok(choices)
}

/// True if the caller sees the project. A unit can be assigned an issue of a project it does not
/// see.
///
/// # Errors
/// Database errors only.
pub(crate) fn sees(ask: &mut Ask<'_>, project: ProjectId) -> Result<bool, Refusal> {
    match projects::get(ask.conn, project, ask.sight()) {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
