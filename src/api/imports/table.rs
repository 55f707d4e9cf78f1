//! A sheet whose columns are identified.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::column::{Column, letters};
use crate::api::imports::content::{SheetContent, SheetRow};
use crate::api::imports::log::ImportLog;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::month::Year;
use crate::domain::words::Words;

/// A column at its place in a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Place, counted from 0.
    pub place: u16,
    /// The column.
    pub column: &'static Column,
    /// Unit of its amounts.
    pub unit: AmountUnit,
    /// Year that its heading names.
    pub year: Option<Year>,
}

/// A sheet whose columns are identified.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    /// The sheet.
    pub sheet: &'a SheetContent,
    /// Row number of the headings.
    pub heading: u32,
    /// Its columns.
    pub columns: Vec<Placed>,
    /// Rows below the headings that are records.
    pub rows: Vec<&'a SheetRow>,
    /// Category rows above a record, by its row number: from the whole to the part.
    pub groups: BTreeMap<u32, Vec<String>>,
}

/// A place in a sheet; `column` counts from 0.
pub(crate) fn at(sheet: &str, row: u32, column: Option<u16>) -> CellPlace {
    CellPlace { sheet: sheet.to_owned(), row, column: column.map(letters) }
}

impl Table<'_> {
    /// Place of the column `name` in row `row`.
    pub(crate) fn place(&self, row: u32, name: &str) -> CellPlace {
        let column = self.columns.iter().find(|c| c.column.name == name).map(|c| c.place);
        at(&self.sheet.name, row, column)
    }

    /// True if the sheet has the column `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|c| c.column.name == name)
    }

    /// Records errors for cells without heading and for merged cells, since their content would be
    /// lost. `ignored` are the places of columns that are not read.
    pub(crate) fn check_shape(&self, headings: &SheetRow, ignored: &[u16], log: &mut ImportLog) {
        for row in &self.rows {
            let headed = |place: u16| headings.cells.iter().any(|(p, _)| *p == place);
            let known = |place: u16| headed(place) || ignored.contains(&place);
            let Some((place, _)) = row.cells.iter().find(|(place, _)| !known(*place)) else {
                continue;
            };
            let letters = letters(*place);
            let words = Words::new(
                format!(
                    "这一列没有列名；请补上列名、删去内容，或加参数 ignore_column={letters} 忽略此列。"
                ),
                format!(
                    "This column has no heading. Add a heading, delete the content, or ignore it with the parameter ignore_column={letters}."
                ),
            );
            let here = at(&self.sheet.name, row.number, Some(*place));
            let pointer = format!("/rows/{}", row.number);
            log.note(here, &pointer, FieldError::new("", "no-heading", words));
        }
        self.check_merged(log);
    }

    fn check_merged(&self, log: &mut ImportLog) {
        let records: BTreeSet<u32> = self.rows.iter().map(|row| row.number).collect();
        for (first, last, left, right) in &self.sheet.merged {
            let is_one_cell = first == last && left == right;
            // In a row that is no record, such as the heading of a group, nothing is read.
            let is_unread = first == last && *first > self.heading && !records.contains(first);
            if *last < self.heading || is_one_cell || is_unread {
                continue;
            }
            let words = Words::new(
                "合并单元格无法读取；请取消合并，逐格填写（标题行除外）。",
                "Merged cells cannot be read. Unmerge them and fill in each cell (except in the title row).",
            );
            let here = at(&self.sheet.name, *first, Some(*left));
            let pointer = format!("/rows/{first}");
            log.note(here, &pointer, FieldError::new("", "merged", words));
        }
    }
}
