//! Values of a row, and their comparison with the existing record.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::api::imports::cell;
use crate::api::imports::characters::visible;
use crate::api::imports::column::{Blank, Column, Part, named};
use crate::api::imports::content::SheetRow;
use crate::api::imports::lists::Lists;
use crate::api::imports::log::ImportLog;
use crate::api::imports::table::{Placed, Table};
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::problem::Problem;

/// Values of a row by column name; `null` for blank cells. Absent columns have no entry.
#[derive(Debug)]
pub struct EnteredRow {
    /// Row number in the sheet.
    pub number: u32,
    columns: &'static [Column],
    values: BTreeMap<&'static str, Value>,
    /// Columns whose cells could not be read; the errors are already recorded.
    pub broken: BTreeSet<&'static str>,
}

/// The existing record.
#[derive(Debug)]
pub struct CurrentRecord {
    /// Its fields, by column name.
    pub fields: Map<String, Value>,
    /// Its current version.
    pub version: i64,
}

impl EnteredRow {
    /// Reads a row; records errors in `log`.
    pub fn read(
        table: &Table<'_>,
        row: &SheetRow,
        columns: &'static [Column],
        lists: &Lists,
        log: &mut ImportLog,
    ) -> Self {
        let mut values = BTreeMap::new();
        let mut broken = BTreeSet::new();
        for Placed { place, column, unit } in &table.columns {
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
        Self { number: row.number, columns, values, broken }
    }

    /// Value in the column `name`, if not blank.
    pub fn said(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// Text in the column `name`, if any.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.said(name).and_then(Value::as_str)
    }

    /// Integer in the column `name`, if any.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.said(name).and_then(Value::as_i64)
    }

    /// True if every cell could be read.
    pub fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    /// True if all writable cells are blank (an untouched template row).
    pub fn is_silent(&self) -> bool {
        let written = self.columns.iter().filter(|c| c.part == Part::Write);
        self.broken.is_empty() && written.into_iter().all(|c| self.said(c.name).is_none())
    }

    /// Request body for creating the record.
    pub fn body(&self) -> Map<String, Value> {
        let parts = [Part::Write, Part::Fixed];
        let columns = self.columns.iter().filter(|c| parts.contains(&c.part));
        let said = columns.filter_map(|c| Some((c.name.to_owned(), self.said(c.name)?.clone())));
        said.collect()
    }

    /// Checks that read-only cells are blank, as they must be for a new record.
    ///
    /// # Errors
    /// 422 with every such cell.
    pub fn must_be_new(&self) -> Result<(), Problem> {
        let shown = self.columns.iter().filter(|c| c.part == Part::Shown && c.name != "project");
        let mut errors: Vec<FieldError> =
            shown.filter(|c| self.said(c.name).is_some()).map(|c| for_register(c.name)).collect();
        if self.said("version").is_some() {
            errors.push(for_register("version"));
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// Fields in which the row differs from `current`; `None` if there is nothing to change.
    ///
    /// # Errors
    /// 422 if the record changed since the export, if a read-only cell was changed, or if a
    /// required cell is blank.
    pub fn wanted(&self, current: &CurrentRecord) -> Result<Option<Map<String, Value>>, Problem> {
        let mut patch = Map::new();
        let mut errors = Vec::new();
        let mut fixed = Vec::new();
        let mut shown = Vec::new();
        for column in self.columns {
            let Some(value) = self.values.get(column.name) else {
                continue;
            };
            let now = current.fields.get(column.name).unwrap_or(&Value::Null);
            if same(value, now) {
                continue;
            }
            match (column.part, value.is_null(), column.blank) {
                (Part::Key | Part::Ignored, _, _)
                | (Part::Fixed, true, _)
                | (_, true, Blank::Kept) => {}
                (Part::Write, true, Blank::Refused) => errors.push(blank(column)),
                (Part::Write, true, Blank::Empty) => {
                    patch.insert(column.name.to_owned(), Value::from(""));
                }
                (Part::Write, _, _) => {
                    patch.insert(column.name.to_owned(), value.clone());
                }
                (Part::Fixed, false, _) => fixed.push(differs(column, now)),
                (Part::Shown, _, _) => shown.push(differs(column, now)),
            }
        }
        let wants = !patch.is_empty() || !fixed.is_empty();
        match self.whole("version") {
            Some(version) if version < current.version && !wants && errors.is_empty() => {
                return Ok(None);
            }
            Some(version) if version != current.version => errors = vec![stale(version, current)],
            version => {
                errors.extend(fixed);
                if version.is_some() || wants {
                    errors.extend(shown);
                }
            }
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(wants.then_some(patch))
    }
}

/// Compares two values; line endings, surrounding spaces and invisible characters are ignored.
fn same(entered: &Value, now: &Value) -> bool {
    let plain = visible;
    match (entered, now) {
        (Value::String(a), Value::String(b)) => a == b || plain(a) == plain(b),
        (Value::Null, Value::String(text)) => text.is_empty(),
        (Value::Null, Value::Array(items)) => items.is_empty(),
        (a, b) => a == b,
    }
}

fn pointer(name: &str) -> String {
    format!("/{name}")
}

fn blank(column: &Column) -> FieldError {
    let words = Words::new("必须填写，不能清空。", "Required; it cannot be cleared.");
    FieldError::new(pointer(column.name), "required", words)
}

fn for_register(name: &str) -> FieldError {
    let words = Words::new(
        "新增的行请留空此列，由系统填写。",
        "Leave this column blank in new rows; the system fills it in.",
    );
    FieldError::new(pointer(name), "read-only", words)
}

fn differs(column: &Column, now: &Value) -> FieldError {
    let now = match now {
        Value::Null => String::new(),
        Value::String(text) => text.chars().take(80).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => now.to_string(),
    };
    let words = match (column.name, column.part) {
        ("stage", _) => Words::new(
            format!("库别不能通过导入修改（现为“{now}”）；请在系统中办理转库。"),
            format!(
                "The stage (now {now:?}) cannot be changed by an import; use a stage transition."
            ),
        ),
        (_, Part::Fixed) => Words::new(
            format!("登记后不能通过导入修改（现为“{now}”）；请改回或留空。"),
            format!(
                "Cannot be changed by an import after registration (now {now:?}); restore the value or leave it blank."
            ),
        ),
        _ => Words::new(
            format!("此列由系统填写（现为“{now}”），不能修改；请改回。"),
            format!("Filled in by the system (now {now:?}) and read-only; restore the value."),
        ),
    };
    FieldError::new(pointer(column.name), "read-only", words)
}

fn stale(version: i64, current: &CurrentRecord) -> FieldError {
    let now = current.version;
    let words = if version < now {
        Words::new(
            format!(
                "导出后已被他人修改（导出时为版本 {version}，现为 {now}）。请重新导出，再做修改。"
            ),
            format!(
                "Changed by others since the export (version {version} then, {now} now). Export again and repeat your change."
            ),
        )
    } else {
        Words::new(
            format!("没有版本 {version}（现为 {now}）；请勿改动版本列。"),
            format!(
                "Version {version} does not exist (the current one is {now}); do not edit this column."
            ),
        )
    };
    FieldError::new("/version", "stale", words)
}

/// Column that corresponds to a JSON pointer into the request body.
pub fn column_of(columns: &'static [Column], pointer: &str) -> Option<&'static Column> {
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
