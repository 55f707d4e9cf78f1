//! Reference data that a command names by its name or code.

use crate::cli::failure::Failed;
use crate::domain::id::{AreaId, UnitId};
use crate::store::Conn;
use crate::store::reference::{areas, units};

/// Looks up a unit by name. `None` if no name is given.
pub(super) fn unit(conn: &mut Conn, name: Option<&str>) -> Result<Option<UnitId>, Failed> {
    let Some(name) = name else { return Ok(None) };
    let unit = units::find_by_name(conn, name)?;
    let unit = unit
        .ok_or_else(|| Failed(format!("there is no unit {name:?}; add it first, or run `seed`")))?;
    Ok(Some(unit.id))
}

/// Looks up an area by code. `None` if no code is given.
pub(super) fn area(conn: &mut Conn, code: Option<&str>) -> Result<Option<AreaId>, Failed> {
    let Some(code) = code else { return Ok(None) };
    let area = areas::find_by_code(conn, code)?;
    let area = area
        .ok_or_else(|| Failed(format!("there is no area {code:?}; add it first, or run `seed`")))?;
    Ok(Some(area.id))
}
