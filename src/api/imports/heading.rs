//! Finds the heading row of each sheet, identifies its columns, and tells records from other rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::column::{Column, Form, Part, letters};
use crate::api::imports::content::{CellContent, SheetContent, SheetRow};
use crate::api::imports::groups::Groups;
use crate::api::imports::heading_index::HeadingIndex;
use crate::api::imports::heading_text::{HeadingText, plain, unit_note};
use crate::api::imports::known_words::{of_one_year, unknown};
use crate::api::imports::log::ImportLog;
use crate::api::imports::options::{ReadOptions, RowLook, code_of};
use crate::api::imports::skipped::{SkipReason, SkippedPart};
use crate::api::imports::table::{Placed, Table, at};
use crate::api::imports::template_sheets::{CODES, NOTES};
use crate::api::imports::{row_look, sheet_errors};
use crate::domain::error::FieldError;
use crate::domain::month::Year;
use crate::domain::words::Words;
use crate::usecases::imports::kind::ImportKind;

/// How the sheets of a file are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    /// What each row describes.
    pub kind: ImportKind,
    /// What the caller decided.
    pub options: &'a ReadOptions,
}

/// Number of non-blank rows searched for headings; a title may precede them.
const DEEPEST: usize = 10;

fn text(content: &CellContent) -> String {
    match content {
        CellContent::Text(text) => plain(text),
        CellContent::Number(number, _) => number.to_string(),
        CellContent::Day(day) | CellContent::Month(day) => day.to_string(),
        CellContent::Flag(flag) => flag.to_string(),
        CellContent::Rejected(_) => "?".to_owned(),
    }
}

/// The sheets with headings of this kind; errors of sheets, headings and rows that are no records
/// are recorded in `log`.
pub(crate) fn tables<'a>(
    sheets: &'a [SheetContent],
    reading: Reading<'_>,
    log: &mut ImportLog,
) -> Vec<Table<'a>> {
    let mut found = Vec::new();
    let mut others = Vec::new();
    let is_own =
        |sheet: &SheetContent| sheet.name == NOTES || (sheet.is_hidden && sheet.name == CODES);
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty() && !is_own(sheet)) {
        if reading.options.ignores_sheet(&sheet.name) {
            log.skip(sheet_errors::skipped(sheet, SkipReason::IgnoredSheet));
            continue;
        }
        match heading_row(sheet, reading) {
            Some(_) if sheet.is_hidden => sheet_errors::hidden(sheet, log),
            Some(place) => found.extend(reading.table(sheet, place, log)),
            None => others.push(sheet),
        }
    }
    if found.is_empty() && log.is_clean() {
        sheet_errors::no_headings(sheets, reading.kind, log);
    } else {
        for sheet in others {
            sheet_errors::without_headings(sheet, log);
        }
    }
    if !found.is_empty() && log.is_clean() && found.iter().all(|table| table.rows.is_empty()) {
        sheet_errors::no_rows(&found, log);
    }
    found
}

/// Index of the row with the most headings; the first one of equals. A title row may contain one or
/// two.
fn heading_row(sheet: &SheetContent, reading: Reading<'_>) -> Option<usize> {
    let names = |row: &SheetRow| {
        let known = row.cells.iter().filter_map(|(_, content)| reading.found(&text(content)));
        known.map(|found| found.column.name).collect::<BTreeSet<&str>>().len()
    };
    let tops = sheet.rows.iter().take(DEEPEST).enumerate().map(|(at, row)| (names(row), at));
    let (count, place) = tops.fold((1, 0), |best, (n, at)| if n > best.0 { (n, at) } else { best });
    (count > 1).then_some(place)
}

impl Reading<'_> {
    fn table<'a>(
        self,
        sheet: &'a SheetContent,
        place: usize,
        log: &mut ImportLog,
    ) -> Option<Table<'a>> {
        let headings = sheet.rows.get(place)?;
        let above = sheet.rows.get(..place).unwrap_or_default();
        let below = sheet.rows.get(place + 1..).unwrap_or_default();
        let texts = above.iter().flat_map(|row| &row.cells).filter_map(|(_, c)| c.text());
        let note = texts.into_iter().find_map(unit_note);
        let (columns, ignored) = self.recognised(sheet, headings, note, log);
        let Records { rows, groups } = self.records(sheet, headings, &columns, below, log);
        let table = Table { sheet, heading: headings.number, columns, rows, groups };
        table.check_shape(headings, &ignored, log);
        if below.is_empty() {
            log.skip(sheet_errors::skipped(sheet, SkipReason::HeadingsAlone));
        }
        Some(table)
    }

    /// The rows that are records. Others are skipped or named.
    fn records<'a>(
        self,
        sheet: &SheetContent,
        headings: &SheetRow,
        columns: &[Placed],
        below: &'a [SheetRow],
        log: &mut ImportLog,
    ) -> Records<'a> {
        let mut records = Vec::with_capacity(below.len());
        let mut groups = Groups::default();
        for row in below {
            let Some(look) = row_look::look(row, headings, columns) else {
                groups.add_record(row.number);
                records.push(row);
                continue;
            };
            if look == RowLook::Category {
                groups.enter(&row_look::category(row));
            }
            if self.options.skip_row.contains(&look) {
                log.skip(SkippedPart {
                    sheet: sheet.name.clone(),
                    row: Some(row.number),
                    column: None,
                    reason: look.into(),
                    text: row_look::first_words(row),
                });
            } else {
                let pointer = format!("/rows/{}", row.number);
                log.note(at(&sheet.name, row.number, None), &pointer, row_look::error(look, row));
            }
        }
        Records { rows: records, groups: groups.by_row }
    }

    /// The columns, and the places of those that are not read.
    fn recognised(
        self,
        sheet: &SheetContent,
        headings: &SheetRow,
        note: Option<AmountUnit>,
        log: &mut ImportLog,
    ) -> (Vec<Placed>, Vec<u16>) {
        let mut found: Vec<Placed> = Vec::new();
        let mut ignored = Vec::new();
        for name in self.options.ignore_column.iter().filter(|name| name.len() <= 3) {
            ignored.extend((0..200).filter(|place| letters(*place).eq_ignore_ascii_case(name)));
        }
        for (place, content) in &headings.cells {
            let heading = text(content);
            if self.options.ignores_column(*place, &heading) {
                ignored.push(*place);
                log.skip(SkippedPart {
                    sheet: sheet.name.clone(),
                    row: None,
                    column: Some(letters(*place)),
                    reason: SkipReason::IgnoredColumn,
                    text: heading.chars().take(40).collect(),
                });
                continue;
            }
            match self.placed(*place, &heading, note, &found) {
                Ok(placed) => found.push(placed),
                Err(wrong) => {
                    log.note(
                        at(&sheet.name, headings.number, Some(*place)),
                        "/headings",
                        wrong.error,
                    );
                    found.extend(wrong.placed);
                }
            }
        }
        (found, ignored)
    }

    /// The column of a heading: as the caller says, as it is known, or of one year.
    fn found(self, heading: &str) -> Option<Found> {
        let columns = self.kind.columns();
        let said = code_of(&self.options.read_column, heading);
        let said = said.and_then(|field| columns.iter().find(|c| c.name == field));
        if let Some(column) = said.or_else(|| HeadingIndex::of(self.kind).find(heading)) {
            return Some(Found { column, year: None });
        }
        let dated = of_one_year(&HeadingText::of(heading).base)?;
        let column = columns.iter().find(|c| c.name == dated.field)?;
        (self.kind == ImportKind::Projects).then_some(Found { column, year: Some(dated.year) })
    }

    fn placed(
        self,
        place: u16,
        heading: &str,
        note: Option<AmountUnit>,
        before: &[Placed],
    ) -> Result<Placed, WrongHeading> {
        let alone = |error| WrongHeading { error, placed: None };
        let Found { column, year } =
            self.found(heading).ok_or_else(|| alone(unknown(heading, self.kind)))?;
        let first = before.iter().find(|c| c.column.name == column.name);
        if let Some(first) = first.filter(|_| column.part != Part::Ignored) {
            return Err(alone(repeated(first.place)));
        }
        let placed = |unit| Placed { place, column, unit, year };
        let is_amount = matches!(column.form, Form::Amount) && column.part != Part::Ignored;
        if !is_amount || heading.eq_ignore_ascii_case(column.name) {
            return Ok(placed(AmountUnit::Wan));
        }
        let stated = HeadingText::of(heading).unit.or(note);
        let unit = stated.or(self.options.amount_unit).unwrap_or(AmountUnit::Wan);
        let error = match (stated, self.options.amount_unit) {
            (Some(AmountUnit::Wan), _) | (None, Some(_)) => None,
            (Some(stated), Some(confirmed)) if stated == confirmed => None,
            (Some(stated), _) => Some(other_unit(heading, stated)),
            (None, None) => Some(no_unit(heading, column)),
        };
        match error {
            None => Ok(placed(unit)),
            // The cells are read all the same, for their own errors.
            Some(error) => Err(WrongHeading { error, placed: Some(placed(unit)) }),
        }
    }
}

/// The column of a heading, and the year it names.
struct Found {
    column: &'static Column,
    year: Option<Year>,
}

/// Rows that are records, and the category rows above them.
struct Records<'a> {
    rows: Vec<&'a SheetRow>,
    groups: BTreeMap<u32, Vec<String>>,
}

/// A heading that cannot be taken as it is, and its column if it is known.
struct WrongHeading {
    error: FieldError,
    placed: Option<Placed>,
}

fn repeated(first: u16) -> FieldError {
    let first = letters(first);
    let words = Words::new(
        format!("与 {first} 列重复，请删去一列。"),
        format!("Duplicate of column {first}; delete one of them."),
    );
    FieldError::new("", "repeated", words)
}

/// Offers to convert from another unit.
fn other_unit(heading: &str, unit: AmountUnit) -> FieldError {
    let heading: String = heading.chars().take(40).collect();
    let (zh, factor) = (unit.zh(), unit.in_wan());
    let words = Words::new(
        format!(
            "“{heading}”的单位是{zh}，登记单位是万元（1 {zh} = {factor} 万元）；要按此换算，请加参数 amount_unit={unit}。"
        ),
        format!(
            "{heading:?} is in {zh}, and the register is in 万元 (1 {zh} = {factor} 万元). To convert, add the parameter amount_unit={unit}."
        ),
    );
    FieldError::new("", "other-unit", words)
}

/// Asks for the unit.
fn no_unit(heading: &str, column: &Column) -> FieldError {
    let heading: String = heading.chars().take(40).collect();
    let (zh, en) = (column.zh, column.name);
    let words = Words::new(
        format!(
            "“{heading}”没有写明单位；请改名为“{zh}”，或加参数 amount_unit 说明单位：wan（万元）、yi（亿元）、yuan（元）等。"
        ),
        format!(
            "{heading:?} states no unit. Rename it to {en:?}, or give the unit in the parameter amount_unit: wan (万元), yi (亿元), yuan (元) and so on."
        ),
    );
    FieldError::new("", "no-unit", words)
}
