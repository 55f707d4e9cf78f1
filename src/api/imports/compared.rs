//! Comparison of a row with the existing record.

use serde_json::{Map, Value};

use crate::api::imports::characters::visible;
use crate::api::imports::column::{Blank, Column, Part};
use crate::api::imports::entered::EnteredRow;
use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// The existing record.
#[derive(Debug)]
pub(crate) struct CurrentRecord {
    /// Its fields, by column name.
    pub fields: Map<String, Value>,
    /// Its current version.
    pub version: i64,
}

/// What a row wants changed in an existing record.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Nothing; the row equals the record.
    Nothing,
    /// The record changed since the row was exported.
    Stale(FieldError),
    /// These changes.
    Change {
        /// Fields that differ, by column name.
        patch: Map<String, Value>,
        /// Read-only cells that were changed and required cells that are blank.
        errors: Vec<FieldError>,
    },
}

impl EnteredRow {
    /// Errors of cells that must be blank in a new record, because the system fills them in.
    pub(crate) fn errors_of_new(&self) -> Vec<FieldError> {
        let shown = self.columns.iter().filter(|c| c.part == Part::Shown && c.name != "project");
        let names = shown.map(|column| column.name).chain(["version"]);
        names.filter(|name| self.said(name).is_some()).map(for_register).collect()
    }

    /// What the row wants changed in `current`.
    pub(crate) fn wanted(&self, current: &CurrentRecord) -> Wanted {
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
                (Part::Key | Part::Ignored | Part::Source, _, _)
                | (Part::Fixed, true, _)
                | (_, true, Blank::Kept) => {}
                (Part::Write, true, Blank::Refused) => errors.push(blank(column)),
                (Part::Write, true, Blank::Empty) => {
                    patch.insert(column.name.to_owned(), Value::from(""));
                }
                (Part::Write | Part::Beside, _, _) => {
                    patch.insert(column.name.to_owned(), value.clone());
                }
                (Part::Fixed, false, _) => fixed.push(differs(column, now)),
                (Part::Shown, _, _) => shown.push(differs(column, now)),
            }
        }
        let wants = !patch.is_empty() || !fixed.is_empty();
        match self.whole("version") {
            Some(version) if version < current.version && !wants && errors.is_empty() => {
                return Wanted::Nothing;
            }
            Some(version) if version != current.version => {
                return Wanted::Stale(stale(version, current));
            }
            version => {
                errors.extend(fixed);
                if version.is_some() || wants {
                    errors.extend(shown);
                }
            }
        }
        if patch.is_empty() && errors.is_empty() {
            Wanted::Nothing
        } else {
            Wanted::Change { patch, errors }
        }
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
