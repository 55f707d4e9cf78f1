//! The JSON of a summary, or of an item of a list, as rows and columns.
//!
//! A field of an object becomes a column `object.field`; a list of plain values becomes one cell.
//! The parts of a summary (lines, groups, total) stand below each other, named in column `part`.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::domain::headings::heading;
use crate::domain::words::Language;
use crate::http::ordered_json::OrderedJson;
use crate::http::problem::Problem;

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TableCell {
    /// `null` or an absent field.
    Empty,
    /// Words, codes and dates.
    Text(String),
    /// An amount, a rate or points, as printed.
    Number(String),
    /// A whole number.
    Count(i64),
    /// A truth value.
    Bool(bool),
}

/// A cell with its column's name, such as `planned.annual_wan`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) cell: TableCell,
}

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct JsonTable {
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    /// The rows; one may be shorter than there are columns.
    pub(super) rows: Vec<Vec<TableCell>>,
    /// Fields of the whole answer: year, basis, as of.
    pub(super) about: Vec<Field>,
}

#[derive(Default)]
struct TableBuilder {
    table: JsonTable,
    column_numbers: HashMap<String, usize>,
}

impl TableBuilder {
    fn add_row(&mut self, fields: Vec<Field>) {
        let mut row = Vec::new();
        for Field { name, cell } in fields {
            let next = self.table.columns.len();
            let column = *self.column_numbers.entry(name).or_insert_with_key(|name| {
                self.table.columns.push(name.clone());
                next
            });
            if row.len() <= column {
                row.resize(column + 1, TableCell::Empty);
            }
            if let Some(place) = row.get_mut(column) {
                *place = cell;
            }
        }
        self.table.rows.push(row);
    }

    /// A row of a summary, with the part it belongs to in its first column.
    fn add_part_row(&mut self, part: &str, row: &OrderedJson) {
        let part = Field { name: "part".to_owned(), cell: TableCell::Text(part.to_owned()) };
        self.add_row([vec![part], fields_of(row)].concat());
    }
}

impl JsonTable {
    /// The same table; without rows it has the columns of `schema`, the fields of the whole answer.
    pub(super) fn keep_columns(mut self, schema: &[String]) -> Self {
        let of_rows = schema.iter().filter_map(|name| name.split_once(".1."));
        let of_rows: Vec<(&str, &str)> = of_rows.filter(|(list, _)| !list.contains('.')).collect();
        // A list without rows is no field of the whole.
        self.about.retain(|field| !of_rows.iter().any(|(list, _)| *list == field.name));
        if !self.rows.is_empty() {
            return self;
        }
        let names = std::iter::once("part").chain(of_rows.iter().map(|(_, field)| *field));
        for name in names {
            if !self.columns.iter().any(|known| known == name) {
                self.columns.push(name.to_owned());
            }
        }
        self
    }

    /// The same table with the headings of `language`.
    pub(super) fn say(mut self, language: Language) -> Self {
        for name in self.columns.iter_mut().chain(self.about.iter_mut().map(|f| &mut f.name)) {
            *name = heading(name, language);
        }
        self
    }

    /// The table of a summary as it is serialized.
    pub(super) fn of_answer<T: Serialize>(answer: &T) -> Result<Self, Problem> {
        let text = serde_json::to_string(answer).map_err(Problem::broken)?;
        serde_json::from_str(&text).map(|json| Self::of(&json)).map_err(Problem::broken)
    }

    /// The table of a summary.
    fn of(answer: &OrderedJson) -> Self {
        let OrderedJson::Object(fields) = answer else {
            return Self::default();
        };
        let mut builder = TableBuilder::default();
        for (name, value) in fields {
            match value {
                OrderedJson::List(rows) if has_object(rows) => {
                    for row in rows {
                        builder.add_part_row(name, row);
                    }
                }
                OrderedJson::Object(_) if name == "total" => builder.add_part_row(name, value),
                OrderedJson::Null
                | OrderedJson::Bool(_)
                | OrderedJson::Count(_)
                | OrderedJson::Text(_)
                | OrderedJson::List(_)
                | OrderedJson::Object(_) => {
                    add_fields(&mut builder.table.about, name.clone(), value);
                }
            }
        }
        builder.table
    }
}

fn has_object(items: &[OrderedJson]) -> bool {
    items.iter().any(|item| matches!(item, OrderedJson::Object(_)))
}

/// The cells of one item of a list, in the order of its fields.
///
/// # Errors
/// Text that is not JSON; none is known.
pub(super) fn cells_of(json: &str) -> Result<Vec<Field>, serde_json::Error> {
    serde_json::from_str(json).map(|item| fields_of(&item))
}

fn fields_of(value: &OrderedJson) -> Vec<Field> {
    let mut fields = Vec::new();
    add_fields(&mut fields, String::new(), value);
    fields
}

/// Adds `value` under `name`; an object adds one field for each of its own.
fn add_fields(fields: &mut Vec<Field>, name: String, value: &OrderedJson) {
    let cell = match value {
        OrderedJson::Object(inner) => {
            for (field, value) in inner {
                let path = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                let value = if is_unknown(field, inner) { &OrderedJson::Null } else { value };
                add_fields(fields, path, value);
            }
            return;
        }
        OrderedJson::List(items) if has_object(items) => {
            // As many columns as the longest list has entries: `warnings.1.code`.
            for (number, item) in (1..).zip(items) {
                add_fields(fields, format!("{name}.{number}"), item);
            }
            return;
        }
        OrderedJson::List(items) => {
            TableCell::Text(items.iter().map(plain_text).collect::<Vec<_>>().join("; "))
        }
        OrderedJson::Null => TableCell::Empty,
        OrderedJson::Bool(value) => TableCell::Bool(*value),
        OrderedJson::Count(value) => TableCell::Count(*value),
        OrderedJson::Text(text) if is_number(&name, text) => TableCell::Number(text.clone()),
        OrderedJson::Text(text) => TableCell::Text(text.clone()),
    };
    fields.push(Field { name, cell });
}

/// True for the total investment of an object whose other fields say that it is unknown: a file has
/// a blank cell in its place.
fn is_unknown(field: &str, object: &[(String, OrderedJson)]) -> bool {
    let said = |name: &str| object.iter().find(|(field, _)| field == name).map(|(_, value)| value);
    let is_zero = || said(field) == Some(&OrderedJson::Text("0.00".to_owned()));
    field == "total_investment_wan"
        && (said("total_known") == Some(&OrderedJson::Bool(false))
            || (said("total_unknown_count").is_some() && is_zero()))
}

fn plain_text(value: &OrderedJson) -> String {
    match value {
        OrderedJson::Null | OrderedJson::List(_) | OrderedJson::Object(_) => String::new(),
        OrderedJson::Bool(value) => value.to_string(),
        OrderedJson::Count(value) => value.to_string(),
        OrderedJson::Text(text) => text.clone(),
    }
}

/// Whether a text is an amount, a rate or points. A code of digits is text.
fn is_number(name: &str, text: &str) -> bool {
    let field = name.rsplit('.').next().unwrap_or(name);
    let has_unit = ["_wan", "percent", "points"].iter().any(|end| field.ends_with(end));
    has_unit && text.parse::<Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(json: &str) -> JsonTable {
        JsonTable::of(&serde_json::from_str(json).unwrap())
    }

    fn text(text: &str) -> TableCell {
        TableCell::Text(text.to_owned())
    }

    fn field(name: &str, cell: TableCell) -> Field {
        Field { name: name.to_owned(), cell }
    }

    #[test]
    fn an_item_is_its_cells_in_the_order_of_their_fields() {
        let cells = cells_of(
            r#"{"name": "b", "code": "0012", "a_wan": "5.00", "gone": null, "months": ["2021-01", "2021-02"],
            "late": true, "warnings": [{"code": "x"}, {"code": "y"}]}"#,
        )
        .unwrap();

        let expected = [
            field("name", text("b")),
            field("code", text("0012")),
            field("a_wan", TableCell::Number("5.00".to_owned())),
            field("gone", TableCell::Empty),
            field("months", text("2021-01; 2021-02")),
            field("late", TableCell::Bool(true)),
            field("warnings.1.code", text("x")),
            field("warnings.2.code", text("y")),
        ];
        assert_eq!(cells, expected);
    }

    #[test]
    fn an_unknown_total_is_a_blank_cell() {
        for (json, expected) in [
            (r#"{"total_investment_wan": "0.00", "total_known": false}"#, None),
            (r#"{"total_investment_wan": "5.00", "total_known": true}"#, Some("5.00")),
            (r#"{"total_investment_wan": "0.00", "total_unknown_count": 2}"#, None),
            (r#"{"total_investment_wan": "5.00", "total_unknown_count": 2}"#, Some("5.00")),
            (r#"{"total_investment_wan": "0.00", "project_count": 0}"#, Some("0.00")),
        ] {
            let cell = expected.map_or(TableCell::Empty, |n| TableCell::Number(n.to_owned()));
            assert_eq!(cells_of(json).unwrap()[0], field("total_investment_wan", cell), "{json}");
        }
    }

    #[test]
    fn a_summary_without_rows_keeps_its_columns() {
        let schema = ["year", "rows.1.rank", "rows.1.progress.percent", "months"];
        let schema = schema.map(str::to_owned);
        let empty = table(r#"{"year": 2021, "rows": [], "months": []}"#).keep_columns(&schema);

        assert_eq!(empty.columns, ["part", "rank", "progress.percent"]);
        let about: Vec<&str> = empty.about.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(about, ["year", "months"]);
    }

    #[test]
    fn a_summary_is_its_parts_and_the_fields_of_the_whole() {
        let table = table(
            r#"{"year": 2021, "lines": [{"name": "甲", "planned": {"annual_wan": "1.00"}}], "restated": [],
            "total": {"name": "合计", "planned": {"annual_wan": "1.00"}}}"#,
        );

        assert_eq!(table.columns, ["part", "name", "planned.annual_wan"]);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[1][..2], [text("total"), text("合计")]);
        assert_eq!(table.about[0], field("year", TableCell::Count(2021)));
        assert_eq!(table.about[1], field("restated", text("")));
    }
}
