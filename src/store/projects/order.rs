//! Sort orders of the project list, and the keyset conditions of its pages.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::{Value, json};

use crate::store::conn::MultiBackend;
use crate::store::projects::Wanted;
use crate::store::projects::row::Row;
use crate::store::schema::projects;
use crate::store::sql::coalesce::{date_or, text_or};
use crate::store::{Result, StoreError};

/// Field by which projects can be sorted.
///
/// Missing values sort as the smallest value, so that both databases give the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortKey {
    /// Project name, by code points.
    Name,
    /// National project code.
    Code,
    /// Total investment.
    Total,
    /// Planned start.
    PlannedStart,
    /// Planned finish.
    PlannedFinish,
    /// Id, which is the order of registration.
    Id,
}

/// Sort keys with their direction (`true` is descending); ties are broken by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order(Vec<(SortKey, bool)>);

type Condition = Box<dyn BoxableExpression<projects::table, MultiBackend, SqlType = Bool>>;

/// Comparison of a row's key with the cursor's key.
#[derive(Clone, Copy)]
enum Comparison {
    Above,
    Below,
    Equal,
}

macro_rules! compare {
    ($column:expr, $comparison:expr, $value:expr) => {
        match $comparison {
            Comparison::Above => Box::new($column.gt($value)) as Condition,
            Comparison::Below => Box::new($column.lt($value)) as Condition,
            Comparison::Equal => Box::new($column.eq($value)) as Condition,
        }
    };
}

impl Order {
    /// Parses a sort parameter such as `-total_investment_wan,name`; a minus means descending.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut keys = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (descending, name) = part.strip_prefix('-').map_or((false, part), |n| (true, n));
            let key = match name {
                "name" => SortKey::Name,
                "code" => SortKey::Code,
                "total_investment_wan" => SortKey::Total,
                "planned_start" => SortKey::PlannedStart,
                "planned_finish" => SortKey::PlannedFinish,
                "id" => SortKey::Id,
                _ => return None,
            };
            if keys.iter().any(|(k, _)| *k == key) {
                return None;
            }
            keys.push((key, descending));
        }
        if !keys.iter().any(|(key, _)| *key == SortKey::Id) {
            keys.push((SortKey::Id, false));
        }
        Some(Self(keys))
    }

    /// Text that identifies the order in a cursor.
    pub(crate) fn text(&self) -> String {
        format!("{:?}", self.0)
    }

    pub(in crate::store) fn apply<'a>(&self, query: Wanted<'a>) -> Wanted<'a> {
        self.0.iter().fold(query, |query, (key, descending)| match (key, descending) {
            (SortKey::Name, false) => query.then_order_by(projects::name.asc()),
            (SortKey::Name, true) => query.then_order_by(projects::name.desc()),
            (SortKey::Code, false) => query.then_order_by(text_or(projects::code, "").asc()),
            (SortKey::Code, true) => query.then_order_by(text_or(projects::code, "").desc()),
            (SortKey::Total, false) => query.then_order_by(projects::total_fen.asc()),
            (SortKey::Total, true) => query.then_order_by(projects::total_fen.desc()),
            (SortKey::PlannedStart, false) => {
                query.then_order_by(date_or(projects::planned_start, NEVER).asc())
            }
            (SortKey::PlannedStart, true) => {
                query.then_order_by(date_or(projects::planned_start, NEVER).desc())
            }
            (SortKey::PlannedFinish, false) => {
                query.then_order_by(date_or(projects::planned_finish, NEVER).asc())
            }
            (SortKey::PlannedFinish, true) => {
                query.then_order_by(date_or(projects::planned_finish, NEVER).desc())
            }
            (SortKey::Id, false) => query.then_order_by(projects::id.asc()),
            (SortKey::Id, true) => query.then_order_by(projects::id.desc()),
        })
    }

    /// Sort keys of a row, for a cursor.
    pub(in crate::store) fn keys(&self, row: &Row) -> Vec<Value> {
        let key = |key: &SortKey| match key {
            SortKey::Name => json!(row.name),
            SortKey::Code => json!(row.code.as_deref().unwrap_or_default()),
            SortKey::Total => json!(row.total_fen),
            SortKey::PlannedStart => json!(row.planned_start.unwrap_or(NEVER)),
            SortKey::PlannedFinish => json!(row.planned_finish.unwrap_or(NEVER)),
            SortKey::Id => json!(row.id),
        };
        self.0.iter().map(|(k, _)| key(k)).collect()
    }

    /// Condition for the rows after the row with these keys, in lexicographic order of the keys.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the keys do not match this order.
    pub(in crate::store) fn after(&self, keys: &[Value]) -> Result<Condition> {
        if keys.len() != self.0.len() {
            return Err(StoreError::BadCursor);
        }
        let mut behind: Option<Condition> = None;
        for ((key, descending), value) in self.0.iter().zip(keys).rev() {
            let comparison = if *descending { Comparison::Below } else { Comparison::Above };
            let here = condition(*key, comparison, value)?;
            behind = Some(match behind {
                None => here,
                Some(later) => {
                    Box::new(here.or(condition(*key, Comparison::Equal, value)?.and(later)))
                }
            });
        }
        behind.ok_or(StoreError::BadCursor)
    }
}

/// Replaces an unknown date when sorting: 0001-01-01 is earlier than any real date, and both
/// databases format it the same way.
const NEVER: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

fn condition(key: SortKey, comparison: Comparison, value: &Value) -> Result<Condition> {
    let text = || value.as_str().map(str::to_owned).ok_or(StoreError::BadCursor);
    let number = || value.as_i64().ok_or(StoreError::BadCursor);
    let day =
        || value.as_str().and_then(|d| d.parse::<NaiveDate>().ok()).ok_or(StoreError::BadCursor);
    Ok(match key {
        SortKey::Name => compare!(projects::name, comparison, text()?),
        SortKey::Code => compare!(text_or(projects::code, ""), comparison, text()?),
        SortKey::Total => compare!(projects::total_fen, comparison, number()?),
        SortKey::PlannedStart => {
            compare!(date_or(projects::planned_start, NEVER), comparison, day()?)
        }
        SortKey::PlannedFinish => {
            compare!(date_or(projects::planned_finish, NEVER), comparison, day()?)
        }
        SortKey::Id => compare!(projects::id, comparison, number()?),
    })
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn only_known_keys_each_once_are_an_order() {
        assert_eq!(Order::parse("").unwrap().text(), "[(Id, false)]");
        assert_eq!(
            Order::parse("-total_investment_wan,name").unwrap().text(),
            "[(Total, true), (Name, false), (Id, false)]"
        );
        for bad in ["password", "name,name", "--name", "name desc"] {
            assert!(Order::parse(bad).is_none(), "{bad}");
        }
    }
}
