//! Grouping of projects into the rows of a summary, by dimension.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::figures::asked::Asking;
use crate::domain::figures::Figures;
use crate::domain::figures::summary::{Period, ProjectYear};
use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::month::Month;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::reference::unit::UnitRole;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::figures::source::Source;
use crate::store::projects::ProjectFilter;

/// Dimension by which investment is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The industry line.
    Industry,
    /// The industry group.
    Group,
    /// The area.
    Area,
    /// The responsible unit, in one role.
    Unit,
    /// The project's current stage.
    Stage,
    /// The nature of construction.
    Nature,
    /// The calendar month.
    Month,
}

/// Key of a row. Keys sort as rows are returned: industries and areas by position, units by id,
/// stages by their sequence, months by date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// An industry line, with its position.
    Industry(i32, IndustryId),
    /// An industry group.
    Group(IndustryGroup),
    /// An area, with its position.
    Area(i32, AreaId),
    /// A unit; `None` groups the projects that have no unit in the requested role.
    Unit(Option<UnitId>),
    /// A stage.
    Stage(Stage),
    /// A nature of construction.
    Nature(Nature),
    /// A month.
    Month(Month),
}

impl Key {
    /// The key without its position, to compare rows of two months between which positions changed.
    #[must_use]
    pub fn identity(self) -> Self {
        match self {
            Self::Industry(_, id) => Self::Industry(0, id),
            Self::Area(_, id) => Self::Area(0, id),
            Self::Group(_) | Self::Unit(_) | Self::Stage(_) | Self::Nature(_) | Self::Month(_) => {
                self
            }
        }
    }
}

/// Names and positions of the row keys.
#[derive(Debug)]
pub struct Keys {
    industries: BTreeMap<IndustryId, Industry>,
    areas: BTreeMap<AreaId, (i32, String)>,
    units: BTreeMap<UnitId, String>,
    units_of: BTreeMap<ProjectId, Vec<UnitId>>,
    /// Role in which units are counted.
    pub role: UnitRole,
}

impl Keys {
    /// Reads from the request's source. Call it in the same database snapshot as the figures.
    pub fn load(
        conn: &mut Conn,
        asking: &Asking,
        of: &[ProjectYear],
        filter: &ProjectFilter,
    ) -> Result<Self, Problem> {
        Self::from(conn, &asking.source, of, filter)
    }

    /// Reads from `source`.
    pub fn from(
        conn: &mut Conn,
        source: &Source,
        of: &[ProjectYear],
        filter: &ProjectFilter,
    ) -> Result<Self, Problem> {
        let role = filter.unit_role.unwrap_or(UnitRole::Owner);
        let (mut units, mut units_of) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for (project, unit, name, unit_role) in source.links(conn, of)? {
            let asked = filter.units.is_empty() || filter.units.contains(&unit);
            if unit_role == role && asked {
                units.insert(unit, name);
                units_of.entry(project).or_default().push(unit);
            }
        }
        let areas = source.areas(conn)?.into_iter().map(|a| (a.id, (a.position, a.code)));
        let industries = source.industries(conn)?.into_iter().map(|i| (i.id, i));
        let (areas, industries) = (areas.collect(), industries.collect());
        Ok(Self { industries, areas, units, units_of, role })
    }

    /// Code of an industry.
    pub fn industry(&self, id: IndustryId) -> Option<String> {
        self.industries.get(&id).map(|i| i.code.clone())
    }

    /// Code of an area.
    pub fn area(&self, id: AreaId) -> Option<String> {
        self.areas.get(&id).map(|(_, code)| code.clone())
    }

    /// Position and code of an industry, for sorting.
    pub fn industry_place(&self, id: IndustryId) -> (i32, String) {
        self.industries.get(&id).map(|i| (i.position, i.code.clone())).unwrap_or_default()
    }

    /// Position and code of an area, for sorting.
    pub fn area_place(&self, id: AreaId) -> (i32, String) {
        self.areas.get(&id).cloned().unwrap_or_default()
    }

    /// Names of the units that have the role in a project.
    pub fn units_of(&self, project: ProjectId) -> Vec<String> {
        let ids = self.units_of.get(&project).into_iter().flatten();
        ids.filter_map(|id| self.unit(*id)).collect()
    }

    /// Names and ids of the units that have the role in a project.
    pub fn named_units_of(&self, project: ProjectId) -> Vec<(String, UnitId)> {
        let ids = self.units_of.get(&project).into_iter().flatten();
        ids.filter_map(|id| Some((self.unit(*id)?, *id))).collect()
    }

    /// Name of a unit.
    pub fn unit(&self, id: UnitId) -> Option<String> {
        self.units.get(&id).cloned()
    }

    /// The rows `project` belongs to, one per combination of keys, with its figures in each.
    pub fn parts(
        &self,
        project: &ProjectYear,
        by: &[Dimension],
        period: Period,
    ) -> Vec<(Vec<Key>, Figures)> {
        let mut rows: Vec<(Vec<Key>, Figures)> = vec![(Vec::new(), project.figures(period))];
        for dimension in by {
            let keys = self.keys(project, *dimension, period);
            let extended = |(row, figures): &(Vec<Key>, Figures)| {
                let (row, figures) = (row.clone(), *figures);
                keys.iter()
                    .map(move |key| {
                        let mut row = row.clone();
                        row.push(*key);
                        let part = match key {
                            Key::Month(month) => project.month_figures(*month, period),
                            Key::Industry(..)
                            | Key::Group(_)
                            | Key::Area(..)
                            | Key::Unit(_)
                            | Key::Stage(_)
                            | Key::Nature(_) => figures,
                        };
                        (row, part)
                    })
                    .collect::<Vec<_>>()
            };
            rows = rows.iter().flat_map(extended).collect();
        }
        rows
    }

    /// Keys of one dimension that `project` belongs to. A project with several units has several.
    pub fn keys(&self, project: &ProjectYear, dimension: Dimension, period: Period) -> Vec<Key> {
        let industry = self.industries.get(&project.industry);
        match dimension {
            Dimension::Industry => {
                vec![Key::Industry(industry.map_or(0, |i| i.position), project.industry)]
            }
            Dimension::Group => industry.map(|i| Key::Group(i.group)).into_iter().collect(),
            Dimension::Area => {
                let position = self.areas.get(&project.area).map_or(0, |(position, _)| *position);
                vec![Key::Area(position, project.area)]
            }
            Dimension::Unit => match self.units_of.get(&project.id) {
                Some(units) => units.iter().map(|u| Key::Unit(Some(*u))).collect(),
                None => vec![Key::Unit(None)],
            },
            Dimension::Stage => vec![Key::Stage(project.stage)],
            Dimension::Nature => vec![Key::Nature(project.nature)],
            Dimension::Month => period.months().map(Key::Month).collect(),
        }
    }
}
