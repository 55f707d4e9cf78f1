//! Images of rows: the columns of a row in one form for both databases.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::clock::Timestamp;
use crate::domain::hash::sha256;
use crate::store::error::{Result, StoreError};
use crate::store::record::tables::{Kind, Table};
use crate::store::record::written::{WrittenRow, parse_instant};

/// Columns by name, as they stand in an image.
pub(in crate::store) type Columns = Map<String, Value>;

/// A row in the form of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Row {
    /// Columns that are not personal.
    pub public: Columns,
    /// Personal columns.
    pub private: Columns,
}

/// What a transaction made of a row.
#[derive(Debug)]
pub(in crate::store) struct Image {
    pub table: &'static Table,
    pub id: i64,
    /// The row before; `None` if the transaction inserted it.
    pub before: Option<Row>,
    /// The row after; `None` if the transaction deleted it.
    pub after: Option<Row>,
}

impl Row {
    /// Reads a row of `table` from the JSON of either database.
    pub(in crate::store) fn read(table: &Table, text: &str) -> Result<Self> {
        let mut stored: Columns = serde_json::from_str(text).map_err(StoreError::broken)?;
        let mut row = Self::default();
        for column in table.columns {
            let value = stored.remove(column.name).unwrap_or(Value::Null);
            let target = match column.kind {
                Kind::Derived => continue,
                Kind::Private => &mut row.private,
                Kind::Number
                | Kind::Money
                | Kind::Flag
                | Kind::Text
                | Kind::Day
                | Kind::Instant
                | Kind::Digest => &mut row.public,
            };
            target.insert(column.name.to_owned(), in_image(column.kind, value));
        }
        Ok(row)
    }
}

/// `value` as it stands in an image. What has another type than its column stays as it is: it is
/// nothing the program wrote, and differs from every image.
fn in_image(kind: Kind, value: Value) -> Value {
    match (kind, &value) {
        (Kind::Money, Value::Number(number)) => number.to_string().into(),
        (Kind::Flag, Value::Number(number)) if number.as_i64() == Some(0) => false.into(),
        (Kind::Flag, Value::Number(number)) if number.as_i64() == Some(1) => true.into(),
        (Kind::Instant, Value::String(text)) => {
            parse_instant(text).map_or(value, |at| Timestamp::new(at).to_string().into())
        }
        (Kind::Digest, Value::String(text)) => sha256(&format!("mp/secret/v1\n{text}")).into(),
        _ => value,
    }
}

/// What the transaction made of each row that it wrote, in the order of their first write.
pub(in crate::store) fn images_of(written: &[WrittenRow]) -> Result<Vec<Image>> {
    let mut order: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    let mut ends: Vec<(&WrittenRow, &WrittenRow)> = Vec::new();
    for row in written {
        let place = order.entry((row.table.name, row.id)).or_insert(ends.len());
        match ends.get_mut(*place) {
            Some((_, last)) => *last = row,
            None => ends.push((row, row)),
        }
    }
    let mut images = Vec::with_capacity(ends.len());
    for (first, last) in ends {
        let table = first.table;
        let read = |text: &Option<String>| text.as_deref().map(|t| Row::read(table, t)).transpose();
        let before = read(&first.old)?;
        let after = read(&last.new)?;
        images.push(Image { table, id: first.id, before, after });
    }
    Ok(images)
}

/// The images without those of rows that are after the transaction as they were before.
pub(in crate::store) fn changed(images: Vec<Image>) -> Vec<Image> {
    images.into_iter().filter(|image| image.before != image.after).collect()
}

/// The images without the personal columns of before: what an erasure writes does not repeat them.
pub(in crate::store) fn without_personal_before(mut images: Vec<Image>) -> Vec<Image> {
    for before in images.iter_mut().filter_map(|image| image.before.as_mut()) {
        before.private.clear();
    }
    images
}

/// Columns of `before` that differ in `after`; all if there is no row after.
pub(in crate::store) fn differing(before: &Columns, after: Option<&Columns>) -> Columns {
    let differs = |name: &String, value: &Value| after.and_then(|a| a.get(name)) != Some(value);
    let kept = before.iter().filter(|(name, value)| differs(name, value));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
