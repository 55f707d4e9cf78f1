//! What the reader of a workbook leaves out: which rows are hidden, and which formulas have no
//! stored value. Collected while the parts are looked over.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::BytesStart;

use crate::api::imports::limits;
use crate::api::imports::limits::broken_file;
use crate::http::problem::Problem;

/// Position of a cell: row from 1, column from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CellAt {
    /// Row number, starting at 1.
    pub row: u32,
    /// Column, counted from 0.
    pub column: u32,
}

/// Facts of one sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct SheetFacts {
    hidden_rows: BTreeSet<u32>,
    without_value: BTreeSet<CellAt>,
    zeros: BTreeSet<CellAt>,
    recalculates: bool,
}

impl SheetFacts {
    /// True if the spreadsheet program does not show the row.
    pub(crate) fn is_hidden(&self, row: u32) -> bool {
        self.hidden_rows.contains(&row)
    }

    /// True if the cell is a formula without a value. Programs that do not calculate store either
    /// none, or zero with the request to calculate when the file is opened.
    pub(crate) fn lacks_value(&self, at: CellAt) -> bool {
        self.without_value.contains(&at) || (self.recalculates && self.zeros.contains(&at))
    }
}

/// Facts of a workbook, collected part by part.
#[derive(Debug, Default)]
pub(crate) struct WorkbookFacts {
    parts: BTreeMap<String, SheetFacts>,
    /// Ids of the sheets' relationships, in the order of the workbook.
    sheets: Vec<String>,
    targets: BTreeMap<String, String>,
    recalculates: bool,
    at: CellAt,
    cell: OpenCell,
    noted: usize,
}

/// The cell that is being read.
#[derive(Debug, Default)]
struct OpenCell {
    at: CellAt,
    is_text: bool,
    is_formula: bool,
    in_value: bool,
    /// Beginning of the value, if there is one.
    value: Option<String>,
}

impl WorkbookFacts {
    /// Facts of the sheet at this position of the workbook.
    pub(crate) fn of_sheet(&self, nth: usize) -> SheetFacts {
        let target = self.sheets.get(nth).and_then(|id| self.targets.get(id));
        let facts = target.and_then(|target| self.parts.get(target)).cloned().unwrap_or_default();
        SheetFacts { recalculates: self.recalculates, ..facts }
    }

    /// Prepares for the next part.
    pub(crate) fn begin(&mut self) {
        self.at = CellAt::default();
        self.cell = OpenCell::default();
    }

    /// Notes the begin of an element of the part `name`, which is in lower case.
    ///
    /// # Errors
    /// 400 or 413.
    pub(crate) fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Problem> {
        let element = tag.local_name();
        match (element.as_ref(), name) {
            ("sheet", "xl/workbook.xml") => {
                let id = attribute(tag, "id")?.unwrap_or_default();
                self.sheets.push(id);
            }
            ("calcPr", "xl/workbook.xml") => {
                self.recalculates = is_true(attribute(tag, "fullCalcOnLoad")?);
            }
            ("Relationship", "xl/_rels/workbook.xml.rels") => {
                if let (Some(id), Some(target)) = (attribute(tag, "Id")?, attribute(tag, "Target")?)
                {
                    self.targets.insert(id, path(&target));
                }
            }
            ("row", _) => self.row(name, tag)?,
            ("c", _) => self.cell(tag)?,
            ("f", _) => self.cell.is_formula = true,
            ("v" | "is", _) => {
                self.cell.in_value = true;
                self.cell.value.get_or_insert_default();
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes text between elements.
    pub(crate) fn text(&mut self, text: &str) {
        if !self.cell.in_value || !self.cell.is_formula {
            return;
        }
        if let Some(value) = self.cell.value.as_mut().filter(|value| value.len() < 8) {
            value.extend(text.chars().take(8));
        }
    }

    /// Notes the end of an element.
    ///
    /// # Errors
    /// 413.
    pub(crate) fn end(&mut self, name: &str, element: &str) -> Result<(), Problem> {
        match element {
            "v" | "is" => self.cell.in_value = false,
            "c" if self.cell.is_formula => return self.formula(name),
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Problem> {
        let number = attribute(tag, "r")?.and_then(|r| r.parse().ok());
        let row = number.unwrap_or(self.at.row.saturating_add(1));
        self.at = CellAt { row, column: 0 };
        let height = attribute(tag, "ht")?.and_then(|ht| ht.parse::<f64>().ok());
        if is_true(attribute(tag, "hidden")?) || height == Some(0.0) {
            self.sheet(name)?.hidden_rows.insert(row);
        }
        Ok(())
    }

    /// Goes through the attributes once, because there may be millions of cells.
    fn cell(&mut self, tag: &BytesStart<'_>) -> Result<(), Problem> {
        let mut stated = None;
        let mut is_text = false;
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| broken_file(&e))?;
            match attribute.key.as_ref() {
                "r" => stated = cell_at(&attribute.value),
                "t" => is_text = attribute.value.as_ref() == "str",
                _ => {}
            }
        }
        let at = stated.unwrap_or(self.at);
        self.at.column = at.column.saturating_add(1);
        self.cell = OpenCell { at, is_text, ..OpenCell::default() };
        Ok(())
    }

    fn formula(&mut self, name: &str) -> Result<(), Problem> {
        let cell = std::mem::take(&mut self.cell);
        let text = cell.value.as_deref().unwrap_or_default().trim();
        // A text may be empty; a number may not.
        if cell.value.is_none() || (text.is_empty() && !cell.is_text) {
            self.sheet(name)?.without_value.insert(cell.at);
        } else if text == "0" && !cell.is_text {
            self.sheet(name)?.zeros.insert(cell.at);
        }
        Ok(())
    }

    fn sheet(&mut self, name: &str) -> Result<&mut SheetFacts, Problem> {
        self.noted += 1;
        if self.noted > limits::CELLS {
            return Err(limits::too_full());
        }
        Ok(self.parts.entry(name.to_owned()).or_default())
    }
}

/// Name of the part that a relationship of the workbook leads to.
fn path(target: &str) -> String {
    let target = target.replace('\\', "/").to_ascii_lowercase();
    let bare = target.trim_start_matches("./").trim_start_matches('/');
    if bare.starts_with("xl/") { bare.to_owned() } else { format!("xl/{bare}") }
}

fn cell_at(place: &str) -> Option<CellAt> {
    let split = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = place.split_at_checked(split)?;
    let number = |sum: u32, c: u8| {
        sum.saturating_mul(26).saturating_add(u32::from(c.to_ascii_uppercase().wrapping_sub(b'@')))
    };
    let column = letters.bytes().fold(0, number).checked_sub(1)?;
    Some(CellAt { row: row.parse().ok()?, column })
}

fn is_true(value: Option<String>) -> bool {
    value.is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}

/// The attribute of this name, with or without a prefix.
///
/// # Errors
/// 400.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Problem> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| broken_file(&e))?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}
