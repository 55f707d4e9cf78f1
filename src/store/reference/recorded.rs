//! Areas, industries and units in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use serde::Serialize;

use crate::domain::id::{AreaId, IndustryId, UnitId};
use crate::domain::reference::area::{Area, AreaKind};
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::reference::unit::{Unit, UnitKind};

/// An area.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedArea<'a> {
    id: AreaId,
    code: &'a str,
    name: &'a str,
    kind: AreaKind,
    division_code: Option<&'a str>,
    note: &'a str,
    position: i32,
    version: i64,
}

impl<'a> From<&'a Area> for RecordedArea<'a> {
    fn from(area: &'a Area) -> Self {
        Self {
            id: area.id,
            code: &area.code,
            name: &area.name,
            kind: area.kind,
            division_code: area.division_code.as_deref(),
            note: &area.note,
            position: area.position,
            version: area.version,
        }
    }
}

/// An industry, with the code of its parent.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedIndustry<'a> {
    id: IndustryId,
    code: &'a str,
    name: &'a str,
    name_en: &'a str,
    group: IndustryGroup,
    parent: Option<&'a str>,
    position: i32,
    version: i64,
}

impl<'a> RecordedIndustry<'a> {
    /// `industry`, which is one of `all`.
    pub(crate) fn of(industry: &'a Industry, all: &'a [Industry]) -> Self {
        let parent = all.iter().find(|i| Some(i.id) == industry.parent_id);
        Self {
            id: industry.id,
            code: &industry.code,
            name: &industry.name,
            name_en: &industry.name_en,
            group: industry.group,
            parent: parent.map(|p| p.code.as_str()),
            position: industry.position,
            version: industry.version,
        }
    }
}

/// A responsible unit.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedUnit<'a> {
    id: UnitId,
    name: &'a str,
    kind: UnitKind,
    credit_code: Option<&'a str>,
    credit_code_reason: &'a str,
    area_id: Option<AreaId>,
    version: i64,
}

impl<'a> From<&'a Unit> for RecordedUnit<'a> {
    fn from(unit: &'a Unit) -> Self {
        Self {
            id: unit.id,
            name: &unit.name,
            kind: unit.kind,
            credit_code: unit.credit_code.as_deref(),
            credit_code_reason: &unit.credit_code_reason,
            area_id: unit.area_id,
            version: unit.version,
        }
    }
}
