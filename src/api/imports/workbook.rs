//! Reads a checked workbook cell by cell.
//!
//! Ranges are not used: two distant cells would allocate everything between them.

use std::collections::BTreeSet;

use calamine::{CellErrorType, DataRef, Reader, SheetType, SheetVisible, Style, Xlsx};
use chrono::{Days, NaiveDate};

use crate::api::imports::archive::{CountedArchive, Spent};
use crate::api::imports::cell_error::CellError;
use crate::api::imports::content::{CellContent, Meter, SheetContent, SheetRow};
use crate::api::imports::guard;
use crate::api::imports::limits;
use crate::api::imports::number_format::NumberFormat;
use crate::api::imports::sheet_facts::{CellAt, SheetFacts};
use crate::http::problem::Problem;

/// The sheets of `file`, hidden ones too.
///
/// # Errors
/// 400, 413 or 415, with advice on how to fix the file.
pub(crate) fn sheets(file: &[u8]) -> Result<Vec<SheetContent>, Problem> {
    let mut meter = Meter::default();
    let mut inspected = guard::inspected(file)?;
    let facts = std::mem::take(&mut inspected.facts);
    let archive = CountedArchive::new(inspected)?;
    let spent = archive.spent();
    let mut book = Xlsx::new(archive).map_err(|e| spent.problem(&e))?;
    let all = book.sheets_metadata().iter().enumerate();
    let listed: Vec<Listed> = all
        .filter(|(_, s)| s.typ == SheetType::WorkSheet)
        .map(|(nth, s)| Listed {
            name: s.name.clone(),
            is_hidden: s.visible != SheetVisible::Visible,
            facts: facts.of_sheet(nth),
        })
        .collect();
    must_differ(&listed)?;
    listed.into_iter().map(|listed| sheet(&mut book, listed, &mut meter, &spent)).collect()
}

/// A sheet that the workbook lists.
struct Listed {
    name: String,
    is_hidden: bool,
    facts: SheetFacts,
}

/// Rejects duplicate sheet names: they would read the same part repeatedly, which can be used to
/// make reading slow.
fn must_differ(sheets: &[Listed]) -> Result<(), Problem> {
    if sheets.len() > limits::SHEETS {
        return Err(limits::too_much(
            &format!("文件超过 {} 个工作表", limits::SHEETS),
            &format!("The file has more than {} sheets", limits::SHEETS),
        ));
    }
    let distinct: BTreeSet<String> = sheets.iter().map(|s| s.name.to_lowercase()).collect();
    if distinct.len() < sheets.len() {
        return Err(limits::unreadable("有同名的工作表", "Two sheets have the same name"));
    }
    Ok(())
}

fn sheet(
    book: &mut Xlsx<CountedArchive>,
    listed: Listed,
    meter: &mut Meter,
    spent: &Spent,
) -> Result<SheetContent, Problem> {
    let Listed { name, is_hidden, facts } = listed;
    let regions = book.merge_cells_by_sheet_name(&name).map_err(|e| spent.problem(&e))?;
    let column = |c: u32| u16::try_from(c).unwrap_or(u16::MAX);
    let merged = regions
        .into_iter()
        .map(|d| (d.start.0 + 1, d.end.0 + 1, column(d.start.1), column(d.end.1)))
        .collect();
    let first_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(&name).map_err(|e| spent.problem(&e))?;
    let formats = formats(reader.styles());
    let mut rows: Vec<SheetRow> = Vec::new();
    while let Some((cell, style)) =
        reader.next_cell_with_style_id().map_err(|e| spent.problem(&e))?
    {
        meter.look()?;
        let (row, column) = cell.get_position();
        let place = (row.checked_add(1), u16::try_from(column).ok());
        let (Some(number), Some(column)) = place else {
            return Err(limits::too_far("?"));
        };
        let format = formats.get(style).copied().unwrap_or_default();
        let value = if facts.lacks_value(CellAt { row: number, column: column.into() }) {
            let lacking = CellContent::Rejected(CellError::NotCalculated);
            Some(meter.other(lacking)?)
        } else {
            content(cell.get_value(), Shown { format, first_1904 }, meter)?
        };
        let Some(content) = value else {
            continue;
        };
        match rows.last_mut() {
            Some(last) if last.number == number => {
                if last.cells.last().is_some_and(|(before, _)| *before >= column) {
                    return Err(out_of_order(number));
                }
                last.cells.push((column, content));
            }
            Some(last) if last.number > number => return Err(out_of_order(number)),
            Some(_) | None => {
                meter.row()?;
                let is_hidden = facts.is_hidden(number);
                rows.push(SheetRow { number, is_hidden, cells: vec![(column, content)] });
            }
        }
    }
    Ok(SheetContent { name, is_hidden, rows, merged })
}

fn out_of_order(row: u32) -> Problem {
    limits::unreadable(
        &format!("第 {row} 行的单元格次序混乱"),
        &format!("The cells of row {row} are out of order"),
    )
}

/// What each style shows of a number.
fn formats(styles: &[Style]) -> Vec<NumberFormat> {
    let format = |style: &Style| {
        let format = style.number_format.as_ref();
        format.map(|f| NumberFormat::of(&f.format_code, f.format_id)).unwrap_or_default()
    };
    styles.iter().map(format).collect()
}

/// How a cell's number is shown.
#[derive(Clone, Copy)]
struct Shown {
    format: NumberFormat,
    first_1904: bool,
}

fn content(
    value: &DataRef<'_>,
    shown: Shown,
    meter: &mut Meter,
) -> Result<Option<CellContent>, Problem> {
    let cell = match value {
        DataRef::Empty => return Ok(None),
        DataRef::String(text) | DataRef::DateTimeIso(text) => return meter.text(text),
        DataRef::SharedString(text) => return meter.text(text),
        DataRef::Int(number) => return meter.text(&number.to_string()),
        DataRef::Float(number) => CellContent::Number(*number, shown.format),
        DataRef::Bool(flag) => CellContent::Flag(*flag),
        DataRef::DateTime(day) if day.is_datetime() => {
            match serial_day(day.as_f64(), shown.first_1904) {
                Some(day) if shown.format.is_month => CellContent::Month(day),
                Some(day) => CellContent::Day(day),
                None => CellContent::Rejected(CellError::Time),
            }
        }
        DataRef::DateTime(_) | DataRef::DurationIso(_) => CellContent::Rejected(CellError::Time),
        DataRef::Error(error) => CellContent::Rejected(CellError::Formula(name_of(error))),
    };
    meter.other(cell).map(Some)
}

fn name_of(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// Date of a serial number; `None` if it has a time of day or is out of range.
///
/// The 1900 date system counts a 29 February 1900, which did not exist.
fn serial_day(serial: f64, first_1904: bool) -> Option<NaiveDate> {
    let days: u64 = serial.to_string().parse().ok()?;
    let (epoch, days) = match (first_1904, days) {
        (true, days) => (NaiveDate::from_ymd_opt(1904, 1, 1)?, days),
        (false, 60) => return None,
        (false, 0..60) => (NaiveDate::from_ymd_opt(1899, 12, 31)?, days),
        (false, _) => (NaiveDate::from_ymd_opt(1899, 12, 30)?, days),
    };
    (days < 3_000_000).then(|| epoch.checked_add_days(Days::new(days))).flatten()
}

#[cfg(test)]
mod tests {
    use super::serial_day;

    #[test]
    fn both_epochs_are_read_and_times_of_day_are_not() {
        let day = |serial, first_1904| serial_day(serial, first_1904).map(|d| d.to_string());
        assert_eq!(day(44_256.0, false).as_deref(), Some("2021-03-01"));
        assert_eq!(day(42_794.0, true).as_deref(), Some("2021-03-01"));
        assert_eq!(day(1.0, false).as_deref(), Some("1900-01-01"));
        for none in [44_256.5, -1.0, 60.0, f64::NAN, 1e300] {
            assert_eq!(day(none, false), None, "{none}");
        }
    }
}
