//! The order of a summary's rows, and the sums of each.

use std::collections::BTreeMap;
use std::ops::Add;

use crate::usecases::figures::dimensions::RowKey;

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

/// Place of `value` among all values of its enumeration.
pub(super) fn order<T: PartialEq + Copy>(all: &[T], value: T) -> usize {
    all.iter().position(|other| *other == value).unwrap_or(usize::MAX)
}
