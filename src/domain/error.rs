//! Errors of single fields of an input. Refusals of rules stand beside their nouns.

use crate::domain::words::Words;

/// Validation error of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the request body, such as `/months/3`.
    pub pointer: String,
    /// Stable error code; part of the public API.
    pub code: &'static str,
    /// Explains what is wrong and what to enter instead.
    pub words: Words,
    /// Position in the uploaded file, if the value came from one.
    pub place: Option<Box<CellPlace>>,
}

/// Position of a cell in a spreadsheet, in the notation users see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellPlace {
    /// Sheet name.
    pub sheet: String,
    /// Row number, starting at 1.
    pub row: u32,
    /// Column letters; `None` if the error concerns the whole row.
    pub column: Option<String>,
}

impl CellPlace {
    /// Position as text, such as `Sheet "projects", row 3, column B`.
    pub fn words(&self) -> Words {
        let sheet = &self.sheet;
        let row = self.row;
        match &self.column {
            Some(column) => Words::new(
                format!("工作表“{sheet}”第 {row} 行 {column} 列"),
                format!("Sheet {sheet:?}, row {row}, column {column}"),
            ),
            None => Words::new(
                format!("工作表“{sheet}”第 {row} 行"),
                format!("Sheet {sheet:?}, row {row}"),
            ),
        }
    }
}

impl FieldError {
    /// Creates an error for the field at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, words: Words) -> Self {
        Self { pointer: pointer.into(), code, words, place: None }
    }
}
