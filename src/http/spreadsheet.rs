//! A table, or the rows of a list, as CSV and as a workbook.

use std::io::{self, BufWriter, Seek, Write};

use csv::WriterBuilder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::http::json_table::{JsonTable, TableCell};
use crate::http::problem::Problem;
use crate::http::spool::Spool;

/// First characters of a formula; with the full-width ones of Chinese keyboards.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Puts `'` before a text that a spreadsheet would take for a formula or for a number it rounds or
/// strips of zeros. A text that begins with `'` gets one too, so that reading back removes exactly
/// one.
pub(crate) fn escape_for_spreadsheet(text: &str) -> String {
    let is_formula = text.starts_with(FORMULA_STARTS) || text.starts_with('\'');
    let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let loses_digits = is_digits && (text.len() > 11 || text.len() > 1 && text.starts_with('0'));
    if is_formula || loses_digits { format!("'{text}") } else { text.to_owned() }
}

fn cell_text(cell: &TableCell) -> String {
    match cell {
        TableCell::Empty => String::new(),
        TableCell::Text(text) => escape_for_spreadsheet(text),
        TableCell::Number(text) => text.clone(),
        TableCell::Count(count) => count.to_string(),
        TableCell::Bool(value) => value.to_string(),
    }
}

/// The rows as CSV; the fields of the whole answer stand in the last columns of each row.
pub(super) fn csv(table: &JsonTable, end_line: bool) -> Result<Vec<u8>, Problem> {
    let mut file = Vec::new();
    write_table(table, end_line, &mut file).map_err(Problem::broken)?;
    Ok(file)
}

fn write_table(table: &JsonTable, end_line: bool, file: &mut Vec<u8>) -> io::Result<()> {
    let about: Vec<String> = table.about.iter().map(|field| cell_text(&field.cell)).collect();
    let names = table.columns.iter().chain(table.about.iter().map(|field| &field.name));
    let mut writer = CsvFile::begin(file, names)?;
    for row in &table.rows {
        let missing = table.columns.len().saturating_sub(row.len());
        let cells = row.iter().map(cell_text).chain(std::iter::repeat_n(String::new(), missing));
        writer.add(cells.chain(about.iter().cloned()))?;
    }
    writer.end(end_line)
}

/// Writes the rows of a list as CSV.
///
/// # Errors
/// A fault of the disk.
pub(super) fn write_csv(spool: &mut Spool, end_line: bool, file: impl Write) -> io::Result<()> {
    let mut writer = CsvFile::begin(BufWriter::new(file), spool.headings())?;
    spool.each(|row| writer.add(row.iter().map(cell_text)))?;
    writer.end(end_line)
}

/// CSV in UTF-8 with a byte-order mark.
struct CsvFile<W: Write> {
    writer: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> CsvFile<W> {
    fn begin(mut file: W, names: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<Self> {
        file.write_all("\u{feff}".as_bytes())?;
        // The end line has one cell.
        let mut writer = WriterBuilder::new().flexible(true).from_writer(file);
        writer.write_record(names)?;
        Ok(Self { writer, rows: 0 })
    }

    fn add(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        self.rows += 1;
        Ok(self.writer.write_record(cells)?)
    }

    fn end(mut self, end_line: bool) -> io::Result<()> {
        if end_line {
            self.writer.write_record([format!("# complete; rows: {}", self.rows)])?;
        }
        self.writer.flush()
    }
}

/// The rows as a workbook; the fields of the whole answer stand in a second sheet, `about`.
pub(super) fn workbook(table: &JsonTable) -> Result<Vec<u8>, Problem> {
    write_workbook(table).map_err(Problem::broken)
}

/// Formats of a workbook's cells.
struct Formats {
    bold: Format,
    amount: Format,
}

impl Formats {
    fn new() -> Self {
        let amount = Format::new().set_num_format("#,##0.00####");
        Self { bold: Format::new().set_bold(), amount }
    }
}

fn write_heading(
    sheet: &mut Worksheet,
    columns: &[String],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, name) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, name, &formats.bold)?;
        sheet.set_column_width(column, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[TableCell],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, cell) in (0_u16..).zip(cells) {
        write_cell(sheet, CellPosition { row, column }, cell, &formats.amount)?;
    }
    Ok(())
}

fn write_workbook(table: &JsonTable) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let formats = Formats::new();
    let sheet = book.add_worksheet();
    write_heading(sheet, &table.columns, &formats)?;
    for (row, cells) in (1_u32..).zip(&table.rows) {
        write_row(sheet, row, cells, &formats)?;
    }
    if !table.about.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("about")?;
        for (row, field) in (0_u32..).zip(&table.about) {
            sheet.write_string_with_format(row, 0, &field.name, &formats.bold)?;
            write_cell(sheet, CellPosition { row, column: 1 }, &field.cell, &formats.amount)?;
        }
        sheet.set_column_width(0, 18)?.set_column_width(1, 32)?;
    }
    book.save_to_buffer()
}

/// Rows of a worksheet with its heading; no spreadsheet program takes more.
pub(super) const SHEET_ROWS: u32 = 1_048_576;

/// Writes the rows of a list as a workbook, through a temporary file for each sheet. After
/// `sheet_rows` rows it goes on in a further sheet with the same heading.
///
/// # Errors
/// A fault of the disk.
pub(super) fn write_list_workbook(
    spool: &mut Spool,
    sheet_rows: u32,
    file: impl Write + Seek + Send,
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let formats = Formats::new();
    let columns = spool.headings().to_vec();
    write_heading(book.add_worksheet_with_constant_memory()?, &columns, &formats)?;
    let mut sheet = 0;
    let mut row = 0;
    spool.each(|cells| {
        row += 1;
        if row == sheet_rows {
            write_heading(book.add_worksheet_with_constant_memory()?, &columns, &formats)?;
            sheet += 1;
            row = 1;
        }
        write_row(book.worksheet_from_index(sheet)?, row, cells, &formats)
    })?;
    book.save_to_writer(file)
}

/// Where a cell stands in a worksheet, both from 0.
#[derive(Clone, Copy)]
struct CellPosition {
    row: u32,
    column: u16,
}

/// Significant digits a spreadsheet keeps of a number; longer ones are written as text.
const SPREADSHEET_DIGITS: usize = 15;

fn write_cell(
    sheet: &mut Worksheet,
    position: CellPosition,
    cell: &TableCell,
    amount: &Format,
) -> Result<(), XlsxError> {
    let CellPosition { row, column } = position;
    let fits = digits(cell) <= SPREADSHEET_DIGITS;
    match cell {
        TableCell::Empty => {}
        TableCell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        TableCell::Number(text) => {
            match text.parse::<Decimal>().ok().and_then(|n| n.to_f64()).filter(|_| fits) {
                Some(number) => sheet.write_number_with_format(row, column, number, amount)?,
                None => sheet.write_string(row, column, text)?,
            };
        }
        TableCell::Count(count) => {
            match Decimal::from(*count).to_f64().filter(|_| fits) {
                Some(number) => sheet.write_number(row, column, number)?,
                None => sheet.write_string(row, column, count.to_string())?,
            };
        }
        TableCell::Bool(value) => {
            sheet.write_boolean(row, column, *value)?;
        }
    }
    Ok(())
}

fn digits(cell: &TableCell) -> usize {
    cell_text(cell).bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{FORMULA_STARTS, escape_for_spreadsheet};

    #[test]
    fn nothing_that_is_calculated_or_rounded_stands_bare() {
        for first in FORMULA_STARTS {
            assert_eq!(escape_for_spreadsheet(&format!("{first}1+1")), format!("'{first}1+1"));
        }
        for (text, shown) in [
            ("'=1", "''=1"),
            ("00123", "'00123"),
            ("123456789012", "'123456789012"),
            ("12345678901", "12345678901"),
            ("0", "0"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(escape_for_spreadsheet(text), shown);
        }
    }
}
