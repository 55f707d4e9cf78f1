//! Unconverted cells, rows and sheets of a file, and the limits applied while reading them.

use chrono::NaiveDate;

use crate::api::imports::cell_error::CellError;
use crate::api::imports::characters::is_blank;
use crate::api::imports::limits;
use crate::api::imports::number_format::NumberFormat;
use crate::http::problem::Problem;

/// Content of a non-blank cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CellContent {
    /// Text.
    Text(Box<str>),
    /// A number, as stored by the spreadsheet program, and how it is shown.
    Number(f64, NumberFormat),
    /// A number shown as a date.
    Day(NaiveDate),
    /// A number shown as a month; its first day.
    Month(NaiveDate),
    /// A boolean.
    Flag(bool),
    /// Content that is not accepted, with the reason.
    Rejected(CellError),
}

impl CellContent {
    /// The text of a text cell.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// A non-blank row.
#[derive(Clone, Debug)]
pub(crate) struct SheetRow {
    /// Row number, starting at 1.
    pub number: u32,
    /// True if the spreadsheet program does not show it, as rows that a filter leaves out.
    pub is_hidden: bool,
    /// `(column, cell)` of non-blank cells, from left to right; columns count from 0.
    pub cells: Vec<(u16, CellContent)>,
}

/// A sheet.
#[derive(Clone, Debug)]
pub(crate) struct SheetContent {
    /// Name of the sheet.
    pub name: String,
    /// True if the spreadsheet program does not show it.
    pub is_hidden: bool,
    /// Non-blank rows, from top to bottom.
    pub rows: Vec<SheetRow>,
    /// Merged regions: `(first row, last row, first column, last column)`.
    pub merged: Vec<(u32, u32, u16, u16)>,
}

/// Counts what was read, kept or not, so that it stays within bounds.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    looked: u64,
    cells: usize,
    bytes: usize,
    rows: u32,
}

impl Meter {
    /// Counts a cell, including blank ones.
    ///
    /// # Errors
    /// 413.
    pub(crate) fn look(&mut self) -> Result<(), Problem> {
        self.looked += 1;
        if self.looked > limits::ELEMENTS { Err(limits::too_full()) } else { Ok(()) }
    }

    /// Counts a non-blank row.
    ///
    /// # Errors
    /// 413.
    pub(crate) fn row(&mut self) -> Result<(), Problem> {
        self.rows += 1;
        // The limit leaves room for heading rows.
        if self.rows > limits::LAST_ROW { Err(limits::too_many_rows()) } else { Ok(()) }
    }

    /// Counts a cell with text; `None` if it is blank.
    ///
    /// # Errors
    /// 413.
    pub(crate) fn text(&mut self, text: &str) -> Result<Option<CellContent>, Problem> {
        // Counted before the blank check, since scanning blanks costs as much as scanning words.
        self.bytes += text.len().min(limits::CELL_BYTES);
        if self.bytes > limits::TEXT_BYTES {
            return Err(limits::too_full());
        }
        if text.len() > limits::CELL_BYTES {
            return self.other(CellContent::Rejected(CellError::Long)).map(Some);
        }
        if text.contains('\0') {
            return self.other(CellContent::Rejected(CellError::Nul)).map(Some);
        }
        if is_blank(text) {
            return Ok(None);
        }
        self.other(CellContent::Text(text.into())).map(Some)
    }

    /// Counts a non-blank cell.
    ///
    /// # Errors
    /// 413.
    pub(crate) fn other(&mut self, cell: CellContent) -> Result<CellContent, Problem> {
        self.cells += 1;
        if self.cells > limits::CELLS { Err(limits::too_full()) } else { Ok(cell) }
    }
}
