//! Values of a row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::api::imports::cell;
use crate::api::imports::column::{Column, Part, named};
use crate::api::imports::content::SheetRow;
use crate::api::imports::log::ImportLog;
use crate::api::imports::table::{Placed, Table};
use crate::domain::error::FieldError;
use crate::usecases::free_text::personal_numbers;
use crate::usecases::imports::beside::BesideChoices;
use crate::usecases::imports::lists::Lists;

/// Values of a row by column name; `null` for blank cells. Absent columns have no entry.
#[derive(Debug)]
pub(crate) struct EnteredRow {
    /// Row number in the sheet.
    pub number: u32,
    pub(super) columns: &'static [Column],
    pub(super) values: BTreeMap<&'static str, Value>,
    /// Columns whose cells could not be read; the errors are already recorded.
    pub broken: BTreeSet<&'static str>,
    /// What the caller decided for what is stored beside the record.
    pub choices: BesideChoices,
}

impl EnteredRow {
    /// Reads a row; records errors in `log`.
    pub(crate) fn read(
        table: &Table<'_>,
        row: &SheetRow,
        columns: &'static [Column],
        lists: &Lists,
        log: &mut ImportLog,
    ) -> Self {
        let mut values = BTreeMap::new();
        let mut broken = BTreeSet::new();
        for Placed { place, column, unit, .. } in &table.columns {
            if column.part == Part::Ignored {
                continue;
            }
            let found = row.cells.binary_search_by_key(place, |(at, _)| *at).ok();
            let content = found.and_then(|index| row.cells.get(index)).map(|(_, content)| content);
            match content.map(|content| cell::value(column, *unit, content, lists)) {
                None => {
                    values.insert(column.name, Value::Null);
                }
                Some(Ok(value)) => {
                    values.insert(column.name, value);
                }
                Some(Err(error)) => {
                    broken.insert(column.name);
                    let pointer = format!("/rows/{}/{}", row.number, column.name);
                    log.note(table.place(row.number, column.name), &pointer, error);
                }
            }
        }
        let choices = BesideChoices::default();
        Self { number: row.number, columns, values, broken, choices }
    }

    /// Value in the column `name`, if not blank.
    pub(crate) fn said(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// Text in the column `name`, if any.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.said(name).and_then(Value::as_str)
    }

    /// Integer in the column `name`, if any.
    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        self.said(name).and_then(Value::as_i64)
    }

    /// True if every cell that identifies the record could be read.
    pub(crate) fn can_be_found(&self) -> bool {
        let keys = self.columns.iter().filter(|column| column.part == Part::Key);
        !keys.into_iter().any(|column| self.broken.contains(column.name))
    }

    /// True if all writable cells are blank (an untouched template row).
    pub(crate) fn is_silent(&self) -> bool {
        let written = self.columns.iter().filter(|c| c.part == Part::Write);
        self.broken.is_empty() && written.into_iter().all(|c| self.said(c.name).is_none())
    }

    /// A warning for each text of the row that seems to have a personal number.
    pub(crate) fn personal_numbers(&self) -> Vec<FieldError> {
        personal_numbers("", &Value::Object(self.body()))
    }

    /// Request body for creating the record.
    pub(crate) fn body(&self) -> Map<String, Value> {
        let parts = [Part::Write, Part::Fixed, Part::Beside];
        let columns = self.columns.iter().filter(|c| parts.contains(&c.part));
        let said = columns.filter_map(|c| Some((c.name.to_owned(), self.said(c.name)?.clone())));
        said.collect()
    }
}

/// JSON pointer into the request body that corresponds to the column `name`.
pub(crate) fn pointer_of(columns: &'static [Column], name: &str) -> String {
    let month = name.strip_prefix("month_").and_then(|rest| rest.strip_suffix("_wan"));
    match (month.and_then(|month| month.parse::<u32>().ok()), name) {
        (Some(month), _) => format!("/months/{}", month.saturating_sub(1)),
        (None, "forecast_reason") if named(columns, "reason").is_none() => "/reason".to_owned(),
        (None, name) => format!("/{name}"),
    }
}

/// Column that corresponds to a JSON pointer into the request body.
pub(crate) fn column_of(columns: &'static [Column], pointer: &str) -> Option<&'static Column> {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let name = match (parts.next()?, parts.next()) {
        ("months", Some(index)) => {
            let number = index.parse::<u32>().ok()?.checked_add(1)?;
            return named(columns, &format!("month_{number:02}_wan"));
        }
        ("months", None) => "month_01_wan",
        ("reason", _) if named(columns, "reason").is_none() => "forecast_reason",
        (name, _) => name,
    };
    named(columns, name)
}
