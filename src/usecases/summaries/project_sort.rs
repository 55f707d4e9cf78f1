//! Sort order of the list of projects with figures, and its cursor.

use std::cmp::Ordering;

use serde_json::Value;

use crate::domain::light::Light;
use crate::domain::project::Stage;
use crate::store::StoreError;
use crate::usecases::figures::view::RateView;
use crate::usecases::summaries::project_row::ProjectRow;

/// Keys by which rows can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortKey {
    Id,
    Name,
    Code,
    Industry,
    Area,
    Stage,
    Total,
    Annual,
    Through,
    Completed,
    AgainstPlan,
    TotalCompletion,
    Deviation,
    Missing,
    Light,
}

/// Sort keys by their name in the API.
const KEYS: [(&str, SortKey); 15] = [
    ("id", SortKey::Id),
    ("name", SortKey::Name),
    ("code", SortKey::Code),
    ("industry", SortKey::Industry),
    ("area", SortKey::Area),
    ("stage", SortKey::Stage),
    ("total_investment_wan", SortKey::Total),
    ("annual_investment_wan", SortKey::Annual),
    ("through_wan", SortKey::Through),
    ("completed_wan", SortKey::Completed),
    ("against_plan", SortKey::AgainstPlan),
    ("total_completion", SortKey::TotalCompletion),
    ("deviation_points", SortKey::Deviation),
    ("missing", SortKey::Missing),
    ("light", SortKey::Light),
];

/// Names of all sort keys.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(name, _)| *name)
}

/// A value to sort by. A missing value sorts before all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortValue {
    /// No value.
    Nothing,
    /// An amount, rate, count or position.
    Number(i64),
    /// A name or code, compared by code points.
    Text(String),
}

impl SortValue {
    /// As stored in a cursor.
    pub(crate) fn to_cursor(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }

    /// As read from a cursor.
    fn of_cursor(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Null => Ok(Self::Nothing),
            Value::Number(number) => number.as_i64().map(Self::Number).ok_or(StoreError::BadCursor),
            Value::String(text) => Ok(Self::Text(text.clone())),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(StoreError::BadCursor),
        }
    }
}

/// A row, with the positions of its industry and area.
#[derive(Clone, Debug)]
pub(crate) struct SortableRow {
    /// The row.
    pub row: ProjectRow,
    /// Position of the industry.
    pub industry: i32,
    /// Position of the area.
    pub area: i32,
}

/// Sort keys, each ascending or descending. Equal rows are sorted by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowOrder(Vec<(SortKey, bool)>);

impl RowOrder {
    /// Parses `-completed_wan,name`; a leading minus sorts in descending order. `None` if a key is
    /// unknown or repeated.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut keys: Vec<(SortKey, bool)> = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (down, name) = part.strip_prefix('-').map_or((false, part), |n| (true, n));
            let key = KEYS.iter().find(|(known, _)| *known == name)?.1;
            if keys.iter().any(|(k, _)| *k == key) {
                return None;
            }
            keys.push((key, down));
        }
        if !keys.iter().any(|(key, _)| *key == SortKey::Id) {
            keys.push((SortKey::Id, false));
        }
        Some(Self(keys))
    }

    /// The order as stored in a cursor, to reject a cursor of another order.
    pub(crate) fn text(&self) -> String {
        format!("{:?}", self.0)
    }

    /// Values of a row, one per sort key.
    pub(crate) fn values(&self, of: &SortableRow) -> Vec<SortValue> {
        self.0.iter().map(|(key, _)| value(*key, of)).collect()
    }

    /// Parses the values a cursor stored of the last row.
    pub(crate) fn of_cursor(&self, keys: &[Value]) -> Result<Vec<SortValue>, StoreError> {
        if keys.len() != self.0.len() {
            return Err(StoreError::BadCursor);
        }
        keys.iter().map(SortValue::of_cursor).collect()
    }

    /// Compares two rows by their values.
    pub(crate) fn compare(&self, one: &[SortValue], other: &[SortValue]) -> Ordering {
        let pairs = one.iter().zip(other).zip(&self.0);
        let each = pairs.map(|((a, b), (_, down))| if *down { b.cmp(a) } else { a.cmp(b) });
        each.fold(Ordering::Equal, Ordering::then)
    }
}

fn percent(rate: &RateView) -> SortValue {
    rate.percent.map_or(SortValue::Nothing, |p| SortValue::Number(p.get()))
}

fn value(key: SortKey, of: &SortableRow) -> SortValue {
    let row = &of.row;
    match key {
        SortKey::Id => SortValue::Number(row.project_id.0),
        SortKey::Name => SortValue::Text(row.name.clone()),
        SortKey::Code => row.code.clone().map_or(SortValue::Nothing, SortValue::Text),
        SortKey::Industry => SortValue::Number(of.industry.into()),
        SortKey::Area => SortValue::Number(of.area.into()),
        SortKey::Stage => {
            let place = Stage::ALL.iter().position(|s| *s == row.stage);
            place.and_then(|p| i64::try_from(p).ok()).map_or(SortValue::Nothing, SortValue::Number)
        }
        SortKey::Total => SortValue::Number(row.total_investment_wan.get()),
        SortKey::Annual => {
            let annual = row.progress.planned.annual_investment_wan;
            annual.map_or(SortValue::Nothing, |fen| SortValue::Number(fen.get()))
        }
        SortKey::Through => SortValue::Number(row.progress.planned.through_wan.get()),
        SortKey::Completed => SortValue::Number(row.progress.completed_wan.get()),
        SortKey::AgainstPlan => percent(&row.progress.against_plan),
        SortKey::TotalCompletion => percent(&row.total_completion),
        SortKey::Deviation => {
            row.progress.deviation_points.map_or(SortValue::Nothing, |p| SortValue::Number(p.get()))
        }
        SortKey::Missing => SortValue::Number(row.progress.coverage.missing),
        SortKey::Light => SortValue::Number(urgency(row.light)),
    }
}

/// Order of lights from least to most urgent.
fn urgency(light: Light) -> i64 {
    match light {
        Light::Blue => 0,
        Light::Green => 1,
        Light::Grey => 2,
        Light::Yellow => 3,
        Light::Red => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_keys_each_once_are_an_order() {
        assert_eq!(RowOrder::parse("").unwrap().text(), "[(Id, false)]");
        let order = RowOrder::parse("-completed_wan,name").unwrap();
        assert_eq!(order.text(), "[(Completed, true), (Name, false), (Id, false)]");
        for bad in ["password", "name,name", "--name", "name desc"] {
            assert!(RowOrder::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_comes_first_upwards_and_last_downwards() {
        let up = RowOrder::parse("against_plan").unwrap();
        let down = RowOrder::parse("-against_plan").unwrap();
        let none = [SortValue::Nothing, SortValue::Number(2)];
        let some = [SortValue::Number(-5), SortValue::Number(1)];

        assert_eq!(up.compare(&none, &some), Ordering::Less);
        assert_eq!(down.compare(&none, &some), Ordering::Greater);
        assert_eq!(up.compare(&none, &none), Ordering::Equal);
    }
}
