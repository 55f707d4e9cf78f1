//! What verification finds.

use serde::Serialize;
use serde_json::Value;

use crate::store::record::tables::Table;

/// Result of one check.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// Name of the check.
    pub what: &'static str,
    /// Number of rows checked.
    pub looked_at: usize,
    /// Errors found, one line each.
    pub wrong: Vec<String>,
    /// What is unusual and was accepted with a warning, one line each.
    pub noted: Vec<String>,
    /// Rows that are not as the record has them; `wrong` has a line for each.
    pub rows: Vec<AlteredRow>,
}

/// A row that is not as the record has it.
#[derive(Clone, Debug, Serialize)]
pub struct AlteredRow {
    /// Table.
    pub table: &'static str,
    /// Id of the row.
    pub id: i64,
    /// What was done with it.
    pub alteration: Alteration,
    /// Column that was altered.
    pub column: Option<String>,
    /// Value that stands in the database now; null without a column.
    pub stored: Value,
    /// Value that the program wrote; null without a column.
    pub recorded: Value,
    /// Id and kind of the event that wrote the row; `None` if no event did.
    pub event: Option<(i64, String)>,
    /// Id and kind of the event that wrote it again, and took over what was altered; `None` if it is altered now.
    pub until: Option<(i64, String)>,
}

/// What was done with a row without an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alteration {
    /// A column was altered.
    Altered,
    /// The row was deleted.
    Deleted,
    /// The row was inserted.
    Inserted,
}

impl Verified {
    /// A check of `looked_at` rows that has found nothing yet.
    pub(in crate::store) fn of(what: &'static str, looked_at: usize) -> Self {
        Self { what, looked_at, wrong: Vec::new(), noted: Vec::new(), rows: Vec::new() }
    }

    /// Adds a row that is not as the record has it.
    pub(super) fn altered(&mut self, row: AlteredRow) {
        self.wrong.push(row.to_string());
        self.rows.push(row);
    }
}

impl AlteredRow {
    /// A row without column and event.
    pub(super) fn of(table: &Table, id: i64, alteration: Alteration) -> Self {
        Self {
            table: table.name,
            id,
            alteration,
            column: None,
            stored: Value::Null,
            recorded: Value::Null,
            event: None,
            until: None,
        }
    }
}

impl std::fmt::Display for AlteredRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { table, id, column, stored, recorded, .. } = self;
        let (event, kind) = self.event.clone().unwrap_or_default();
        match self.alteration {
            Alteration::Altered => write!(
                f,
                "{table} {id}: {} is {stored}; event {event} ({kind}) wrote {recorded}",
                column.as_deref().unwrap_or_default()
            ),
            Alteration::Deleted => write!(
                f,
                "{table} {id}: was deleted without an event; event {event} ({kind}) wrote it"
            ),
            Alteration::Inserted => write!(f, "{table} {id}: was inserted without an event"),
        }?;
        match &self.until {
            Some((event, kind)) => write!(f, "; so event {event} ({kind}) found it"),
            None => Ok(()),
        }
    }
}
