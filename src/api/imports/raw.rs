//! What stood in a file, before anything is made of it.

use chrono::NaiveDate;

use crate::api::imports::limits;
use crate::http::problem::Problem;

/// What stands in a cell; a blank one is not kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Text.
    Text(Box<str>),
    /// A number, as the spreadsheet keeps it.
    Number(f64),
    /// A number with the format of a day.
    Day(NaiveDate),
    /// Yes or no.
    Flag(bool),
    /// Something that cannot be taken, and why.
    Wrong(Wrong),
}

/// Why a cell cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A formula that went wrong: `#REF!`.
    Formula,
    /// A time of day.
    Time,
    /// Longer than any field.
    Long,
}

/// A row that is not blank.
#[derive(Clone, Debug)]
pub struct RawRow {
    /// Its number, the first being 1.
    pub number: u32,
    /// `(column, cell)` of what is not blank, from the left; the first column is 0.
    pub cells: Vec<(u16, Raw)>,
}

/// A sheet that people see.
#[derive(Clone, Debug)]
pub struct RawSheet {
    /// Its name.
    pub name: String,
    /// Its rows that are not blank, from the top.
    pub rows: Vec<RawRow>,
    /// Where cells were merged: `(first row, last row, first column, last column)`.
    pub merged: Vec<(u32, u32, u16, u16)>,
}

/// Counts what was read, kept or not, so that it stays within bounds.
#[derive(Debug, Default)]
pub struct Meter {
    looked: u64,
    cells: usize,
    bytes: usize,
    rows: u32,
}

impl Meter {
    /// Another cell is looked at, if only to see that nothing is in it.
    ///
    /// # Errors
    /// 413.
    pub fn look(&mut self) -> Result<(), Problem> {
        self.looked += 1;
        if self.looked > limits::ELEMENTS { Err(limits::too_full()) } else { Ok(()) }
    }

    /// Another row.
    ///
    /// # Errors
    /// 413.
    pub fn row(&mut self) -> Result<(), Problem> {
        self.rows += 1;
        // The headings are rows too.
        if self.rows > limits::LAST_ROW { Err(limits::too_many_rows()) } else { Ok(()) }
    }

    /// The text of another cell; `None` when there is nothing in it.
    ///
    /// # Errors
    /// 413.
    pub fn text(&mut self, text: &str) -> Result<Option<Raw>, Problem> {
        // Blanks cost as much to look through as words.
        self.bytes += text.len().min(limits::CELL_BYTES);
        if self.bytes > limits::TEXT_BYTES {
            return Err(limits::too_full());
        }
        if text.len() > limits::CELL_BYTES {
            return self.other(Raw::Wrong(Wrong::Long)).map(Some);
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        self.other(Raw::Text(text.into())).map(Some)
    }

    /// Another cell.
    ///
    /// # Errors
    /// 413.
    pub fn other(&mut self, cell: Raw) -> Result<Raw, Problem> {
        self.cells += 1;
        if self.cells > limits::CELLS { Err(limits::too_full()) } else { Ok(cell) }
    }
}
