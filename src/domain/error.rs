//! Errors of single fields of an input. Refusals of rules stand beside their nouns.

use std::collections::BTreeSet;

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
    /// Pointers of other fields whose values led to the error, such as the start that an end is
    /// before.
    pub compared_with: &'static [&'static str],
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
        Self { pointer: pointer.into(), code, words, compared_with: &[], place: None }
    }

    /// The same error, which also depends on the fields at `pointers`.
    #[must_use]
    pub fn compared_with(self, pointers: &'static [&'static str]) -> Self {
        Self { compared_with: pointers, ..self }
    }

    /// True if the error may only be there because one of the fields at `wrong` could not be read:
    /// it is about such a field, or about one that was compared with it.
    pub fn follows_from(&self, wrong: &BTreeSet<String>) -> bool {
        let mut read = self.compared_with.iter().copied().chain([self.pointer.as_str()]);
        read.any(|field| wrong.iter().any(|other| overlap(field, other)))
    }
}

/// True if one pointer is the other, or leads into it.
fn overlap(a: &str, b: &str) -> bool {
    let leads_into = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !a.is_empty() && !b.is_empty() && (leads_into(a, b) || leads_into(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_follows_from_fields_it_is_about_or_was_compared_with() {
        let error = FieldError::new("/months", "not-the-sum", Words::new("", ""))
            .compared_with(&["/annual_investment_wan"]);
        let follows = |wrong: &str| error.follows_from(&BTreeSet::from([wrong.to_owned()]));

        assert!(["/months", "/months/3", "/annual_investment_wan"].into_iter().all(follows));
        assert!(!["", "/month", "/goal", "/annual"].into_iter().any(follows));
    }
}
