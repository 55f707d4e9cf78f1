//! Names and positions of industries, areas and units, from the source of a summary.

use std::collections::BTreeMap;

use crate::domain::figures::period::Period;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::reference::unit::UnitRole;
use crate::store::figures::source::Source;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, Result};
use crate::usecases::figures::dimensions::{Dimension, RowPlace};
use crate::usecases::figures::rows::{Key, order};

/// Names and positions of what rows are of, from the source of a summary.
#[derive(Debug)]
pub(crate) struct KeyNames {
    industries: BTreeMap<IndustryId, Industry>,
    areas: BTreeMap<AreaId, Area>,
    units: BTreeMap<UnitId, String>,
    units_of: BTreeMap<ProjectId, Vec<UnitId>>,
    /// Role in which units are counted.
    role: UnitRole,
}

impl KeyNames {
    /// Reads from `source`; `filter` chooses the role, and among several units of a project the
    /// requested ones. Call it in the same database snapshot as the figures.
    pub(crate) fn load<'a>(
        conn: &mut Conn,
        source: &Source,
        projects: impl IntoIterator<Item = &'a ProjectYear>,
        filter: &ProjectFilter,
    ) -> Result<Self> {
        let role = filter.unit_role.unwrap_or(UnitRole::Owner);
        let mut units = BTreeMap::new();
        let mut units_of = BTreeMap::<ProjectId, Vec<UnitId>>::new();
        for (project, unit, name, unit_role) in
            source.links(conn, projects.into_iter().map(|p| p.id))?
        {
            if unit_role == role {
                units.insert(unit, name);
                units_of.entry(project).or_default().push(unit);
            }
        }
        for units in units_of.values_mut() {
            // A requested unit may have another role in the project; its row is then that of the
            // units which do have this role.
            if units.iter().any(|unit| filter.units.contains(unit)) {
                units.retain(|unit| filter.units.contains(unit));
            }
        }
        let areas = source.areas(conn)?.into_iter().map(|a| (a.id, a)).collect();
        let industries = source.industries(conn)?.into_iter().map(|i| (i.id, i)).collect();
        Ok(Self { industries, areas, units, units_of, role })
    }

    /// The rows `project` belongs to: one per combination of keys of the dimensions.
    pub(crate) fn keys(&self, project: &ProjectYear, by: &[Dimension], period: Period) -> Vec<Key> {
        by.iter().fold(vec![Key::whole()], |keys, dimension| {
            let own = dimension.rows(self, project, period);
            keys.iter().flat_map(|key| own.iter().map(|other| key.and(other))).collect()
        })
    }

    pub(super) fn industry_key(&self, id: IndustryId) -> Key {
        let position = self.industries.get(&id).map_or(0, |i| i.position);
        let industry_name = self.industries.get(&id).map(|i| i.name.clone());
        let industry = self.industry(id);
        let row = RowPlace { industry, industry_name, ..RowPlace::default() };
        Key::of_record(position, id.0, row)
    }

    pub(super) fn group_key(&self, id: IndustryId) -> Option<Key> {
        let group = self.industries.get(&id)?.group;
        let row = RowPlace { group: Some(group), ..RowPlace::default() };
        Some(Key::of_value(order(IndustryGroup::ALL, group), row))
    }

    pub(super) fn area_key(&self, id: AreaId) -> Key {
        let (area, area_name) =
            self.areas.get(&id).map(|a| (a.code.clone(), a.name.clone())).unzip();
        let position = self.areas.get(&id).map_or(0, |a| a.position);
        Key::of_record(position, id.0, RowPlace { area, area_name, ..RowPlace::default() })
    }

    /// The first row is that of projects without unit in the role.
    pub(super) fn unit_keys(&self, project: ProjectId) -> Vec<Key> {
        let row = RowPlace { role: Some(self.role), ..RowPlace::default() };
        let Some(units) = self.units_of.get(&project) else {
            return vec![Key::of_value(0, row)];
        };
        let key = |id: &UnitId| {
            let place = RowPlace { unit_id: Some(*id), unit: self.unit(*id), ..row.clone() };
            Key::of_record(0, id.0, place)
        };
        units.iter().map(key).collect()
    }

    /// Code of an industry.
    pub(crate) fn industry(&self, id: IndustryId) -> Option<String> {
        self.industries.get(&id).map(|i| i.code.clone())
    }

    /// Code of an area.
    pub(crate) fn area(&self, id: AreaId) -> Option<String> {
        self.areas.get(&id).map(|a| a.code.clone())
    }

    /// Position and code of an industry, for sorting.
    pub(crate) fn industry_position(&self, id: IndustryId) -> (i32, String) {
        self.industries.get(&id).map(|i| (i.position, i.code.clone())).unwrap_or_default()
    }

    /// Position and code of an area, for sorting.
    pub(crate) fn area_position(&self, id: AreaId) -> (i32, String) {
        self.areas.get(&id).map(|a| (a.position, a.code.clone())).unwrap_or_default()
    }

    /// Names of the units that have the role in a project.
    pub(crate) fn units_of(&self, project: ProjectId) -> Vec<String> {
        let ids = self.units_of.get(&project).into_iter().flatten();
        ids.filter_map(|id| self.unit(*id)).collect()
    }

    /// Name of a unit.
    pub(crate) fn unit(&self, id: UnitId) -> Option<String> {
        self.units.get(&id).cloned()
    }
}
