//! What the JSON of a list or a summary says, as rows and columns.
//!
//! A field of a field becomes a column `field.field`; a list of plain values one cell. The parts of
//! a summary (lines, groups, total) stand below each other under the column `part`.

use std::collections::HashMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON that keeps the order of its fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Count(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Object(Vec<(String, Node)>),
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without fractions")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Count(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value).map(Node::Count).map_err(E::custom)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Node::Object(object))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing was said.
    Empty,
    /// Words, codes and dates.
    Text(String),
    /// An amount, a rate or points, as printed.
    Number(String),
    /// A whole number.
    Count(i64),
    /// Yes or no.
    Bool(bool),
}

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows; one may be shorter than there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What is said about the whole: year, basis, as of.
    pub about: Vec<(String, Cell)>,
}

#[derive(Default)]
struct Builder {
    grid: Grid,
    places: HashMap<String, usize>,
}

impl Builder {
    fn row(&mut self, fields: Vec<(String, Cell)>) {
        let mut row = Vec::new();
        for (name, cell) in fields {
            let next = self.grid.columns.len();
            let place = *self.places.entry(name).or_insert_with_key(|name| {
                self.grid.columns.push(name.clone());
                next
            });
            if row.len() <= place {
                row.resize(place + 1, Cell::Empty);
            }
            if let Some(slot) = row.get_mut(place) {
                *slot = cell;
            }
        }
        self.grid.rows.push(row);
    }
}

impl Grid {
    /// The grid of a list (`items`) or a summary.
    pub fn of(answer: &Node) -> Self {
        let Node::Object(fields) = answer else {
            return Self::default();
        };
        let mut built = Builder::default();
        if let Some((_, Node::List(items))) = fields.iter().find(|(name, _)| name == "items") {
            for item in items {
                built.row(flat(item));
            }
            return built.grid;
        }
        let part = |name: &str| ("part".to_owned(), Cell::Text(name.to_owned()));
        for (name, node) in fields {
            match node {
                Node::List(rows) if rows.iter().any(|row| matches!(row, Node::Object(_))) => {
                    for row in rows {
                        built.row([vec![part(name)], flat(row)].concat());
                    }
                }
                Node::Object(_) if name == "total" => {
                    built.row([vec![part(name)], flat(node)].concat());
                }
                Node::Null
                | Node::Bool(_)
                | Node::Count(_)
                | Node::Text(_)
                | Node::List(_)
                | Node::Object(_) => add(&mut built.grid.about, name.clone(), node),
            }
        }
        built.grid
    }
}

fn flat(node: &Node) -> Vec<(String, Cell)> {
    let mut cells = Vec::new();
    add(&mut cells, String::new(), node);
    cells
}

fn add(cells: &mut Vec<(String, Cell)>, name: String, node: &Node) {
    let cell = match node {
        Node::Object(fields) => {
            for (field, inner) in fields {
                let path = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                add(cells, path, inner);
            }
            return;
        }
        Node::List(items) if items.iter().any(|item| matches!(item, Node::Object(_))) => {
            // As many columns as the longest list has entries: `warnings.1.code`.
            for (nth, item) in items.iter().enumerate() {
                add(cells, format!("{name}.{}", nth + 1), item);
            }
            return;
        }
        Node::List(items) => Cell::Text(items.iter().map(plain).collect::<Vec<_>>().join("; ")),
        Node::Null => Cell::Empty,
        Node::Bool(value) => Cell::Bool(*value),
        Node::Count(value) => Cell::Count(*value),
        Node::Text(text) if is_number(&name, text) => Cell::Number(text.clone()),
        Node::Text(text) => Cell::Text(text.clone()),
    };
    cells.push((name, cell));
}

fn plain(node: &Node) -> String {
    match node {
        Node::Null | Node::List(_) | Node::Object(_) => String::new(),
        Node::Bool(value) => value.to_string(),
        Node::Count(value) => value.to_string(),
        Node::Text(text) => text.clone(),
    }
}

/// Amounts, rates and points are numbers; what merely looks like one (a code) is text.
fn is_number(name: &str, text: &str) -> bool {
    let field = name.rsplit('.').next().unwrap_or(name);
    let kind = ["_wan", "percent", "points"].iter().any(|end| field.ends_with(end));
    kind && text.parse::<Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(json: &str) -> Grid {
        Grid::of(&serde_json::from_str(json).unwrap())
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_list_is_its_items_in_the_order_of_their_fields() {
        let grid = grid(
            r#"{"items": [{"name": "b", "code": "0012", "a_wan": "5.00", "gone": null, "months": ["2021-01", "2021-02"]},
            {"name": "c", "late": true, "warnings": [{"code": "x"}, {"code": "y"}]}], "total": 2}"#,
        );

        let columns = "name code a_wan gone months late warnings.1.code warnings.2.code";
        assert_eq!(grid.columns.join(" "), columns);
        let number = Cell::Number("5.00".to_owned());
        assert_eq!(
            grid.rows[0],
            [text("b"), text("0012"), number, Cell::Empty, text("2021-01; 2021-02")]
        );
        assert_eq!(grid.rows[1][5..], [Cell::Bool(true), text("x"), text("y")]);
        assert!(grid.about.is_empty());
    }

    #[test]
    fn a_summary_is_its_parts_and_what_is_said_about_it() {
        let grid = grid(
            r#"{"year": 2021, "lines": [{"name": "甲", "planned": {"annual_wan": "1.00"}}], "restated": [],
            "total": {"name": "合计", "planned": {"annual_wan": "1.00"}}}"#,
        );

        assert_eq!(grid.columns, ["part", "name", "planned.annual_wan"]);
        assert_eq!(grid.rows.len(), 2);
        assert_eq!(grid.rows[1][..2], [text("total"), text("合计")]);
        assert_eq!(grid.about[0], ("year".to_owned(), Cell::Count(2021)));
        assert_eq!(grid.about[1], ("restated".to_owned(), text("")));
    }
}
