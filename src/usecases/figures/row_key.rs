//! What a row of a summary is of, and how rows are ordered and summed.

use std::collections::BTreeMap;
use std::ops::Add;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::UnitId;
use crate::domain::month::Month;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;

/// Industry, area or unit of a row. Only the fields of the requested dimension are present; none on
/// a total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Place)]
pub struct RowPlace {
    /// The code of the industry line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "next_gen_it")]
    pub industry: Option<String>,
    /// The industry group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// The code of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "dongying")]
    pub area: Option<String>,
    /// The unit's id; absent on the row of projects that have no unit in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<i64>)]
    pub unit_id: Option<UnitId>,
    /// The unit's name; absent on the row of projects that have no unit in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<String>,
    /// The role in which units are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<UnitRole>,
}

/// All that a row can be of. Only the fields of the requested dimensions are present; none on a
/// total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowKey {
    /// Industry, group, area or unit.
    #[serde(flatten)]
    pub place: RowPlace,
    /// The stage; only if grouped by stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stage: Option<Stage>,
    /// The nature of construction; only if grouped by nature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nature: Option<Nature>,
    /// The month; only if grouped by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "2021-05")]
    pub month: Option<Month>,
}

impl From<RowPlace> for RowKey {
    fn from(place: RowPlace) -> Self {
        Self { place, ..Self::default() }
    }
}

impl RowKey {
    /// The key of a row of two dimensions.
    fn and(self, other: Self) -> Self {
        let Self { place, stage, nature, month } = other;
        let RowPlace { industry, group, area, unit_id, unit, role } = place;
        Self {
            place: RowPlace {
                industry: self.place.industry.or(industry),
                group: self.place.group.or(group),
                area: self.place.area.or(area),
                unit_id: self.place.unit_id.or(unit_id),
                unit: self.place.unit.or(unit),
                role: self.place.role.or(role),
            },
            stage: self.stage.or(stage),
            nature: self.nature.or(nature),
            month: self.month.or(month),
        }
    }
}

/// Where a row stands among the others of its dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Position of an industry or area, place of an enumerated value, or month.
    position: i64,
    /// Id of an industry, area or unit.
    id: Option<i64>,
}

impl Rank {
    /// The rank without a position that may change from one month to the next.
    fn identity(self) -> Self {
        Self { position: if self.id.is_some() { 0 } else { self.position }, ..self }
    }
}

/// A row that a project belongs to: one rank per dimension, and what the row is of.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    ranks: Vec<Rank>,
    /// What the row is of.
    pub row: RowKey,
}

impl Key {
    /// The key of no dimension, which all projects share.
    pub(crate) fn whole() -> Self {
        Self { ranks: Vec::new(), row: RowKey::default() }
    }

    /// The key of a record with an id, ordered by `position`, then by id.
    pub(crate) fn of_record(position: i32, id: i64, row: impl Into<RowKey>) -> Self {
        Self { ranks: vec![Rank { position: position.into(), id: Some(id) }], row: row.into() }
    }

    /// The key of a value that is ordered by its `position` alone.
    pub(crate) fn of_value(position: usize, row: impl Into<RowKey>) -> Self {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        Self { ranks: vec![Rank { position, id: None }], row: row.into() }
    }

    /// The key of a row of both dimensions.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let ranks = self.ranks.iter().chain(&other.ranks).copied().collect();
        Self { ranks, row: self.row.clone().and(other.row.clone()) }
    }
}

/// A row of a summary with its sums.
#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    ranks: Vec<Rank>,
    /// What the row is of.
    pub key: RowKey,
    /// Sums over the projects of the row.
    pub sums: T,
}

/// Identifies a row in the summaries of two months.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowIdentity(Vec<Rank>);

impl<T> Row<T> {
    /// The row without positions, to find it in the summary of another month.
    pub(crate) fn identity(&self) -> RowIdentity {
        RowIdentity(self.ranks.iter().map(|rank| rank.identity()).collect())
    }
}

/// Sums `parts` by row, in the order of the rows.
pub(crate) fn sum_rows<T: Add<Output = T> + Copy>(
    parts: impl IntoIterator<Item = (Key, T)>,
) -> Vec<Row<T>> {
    let mut rows: BTreeMap<Vec<Rank>, (RowKey, T)> = BTreeMap::new();
    for (Key { ranks, row }, part) in parts {
        rows.entry(ranks).and_modify(|(_, sums)| *sums = *sums + part).or_insert((row, part));
    }
    rows.into_iter().map(|(ranks, (key, sums))| Row { ranks, key, sums }).collect()
}
