//! What the rows of a file share while they are processed in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::store::projects::coded::ReferenceCodes;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// State while the rows of a file are processed.
pub struct ImportContext {
    /// Industries and areas, to convert between ids and codes.
    pub(super) codes: ReferenceCodes,
    /// True to submit the reports of the file.
    pub submits: bool,
    rows: BTreeMap<String, u32>,
    new: BTreeSet<String>,
}

impl ImportContext {
    /// Loads what the rows need.
    ///
    /// # Errors
    /// Database errors only.
    pub fn load(ask: &mut Ask<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            codes: ReferenceCodes::load(ask.conn)?,
            submits: false,
            rows: BTreeMap::new(),
            new: BTreeSet::new(),
        })
    }

    /// Remembers a record that row `row` created.
    pub fn add_new(&mut self, record: String, row: u32) {
        self.new.insert(record.clone());
        self.rows.insert(record, row);
    }

    /// The row that created a record; `None` if it existed before the file.
    pub fn row_of_new(&self, record: &str) -> Option<u32> {
        self.rows.get(record).copied().filter(|_| self.new.contains(record))
    }

    /// Rejects a second row for the same record; `row` is the row's number.
    ///
    /// # Errors
    /// `duplicate-row`, without a pointer.
    pub fn once(&mut self, record: String, row: u32) -> Result<(), FieldError> {
        match self.rows.insert(record, row) {
            Some(first) if first != row => {
                let words = Words::new(
                    format!("与第 {first} 行重复；请只保留一行。"),
                    format!("Duplicate of row {first}; keep only one of them."),
                );
                Err(FieldError::new("", "duplicate-row", words))
            }
            Some(_) | None => Ok(()),
        }
    }
}
