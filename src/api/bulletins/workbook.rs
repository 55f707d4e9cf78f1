//! A bulletin as an xlsx workbook: one sheet per table, amounts as numbers.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::api::bulletins::cell::Cell;
use crate::api::bulletins::tables::Table;
use crate::domain::light::Light;
use crate::http::problem::Problem;
use crate::usecases::bulletins::view::{BulletinHead, PublishedNames};

/// Writes the workbook of `tables`.
pub(crate) fn workbook(
    head: &BulletinHead,
    names: &PublishedNames,
    tables: &[Table],
) -> Result<Vec<u8>, Problem> {
    write(head, names, tables).map_err(Problem::broken)
}

fn write(
    head: &BulletinHead,
    names: &PublishedNames,
    tables: &[Table],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for table in tables {
        // The sheet name is the table title without its number.
        let (_, name) = table.title.split_once('、').unwrap_or(("", table.title));
        let sheet = book.add_worksheet();
        sheet.set_name(name)?.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        fill(sheet, head, names, table)?;
    }
    book.save_to_buffer()
}

const A4: u8 = 9;

struct Formats {
    title: Format,
    note: Format,
    head: Format,
    text: Format,
    amount: Format,
    count: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = || Format::new().set_border(FormatBorder::Thin);
        let centred = || Format::new().set_align(FormatAlign::Center);
        Self {
            title: centred().set_bold().set_font_size(16.0),
            note: Format::new().set_align(FormatAlign::Right),
            head: cell().set_bold().set_align(FormatAlign::Center).set_text_wrap(),
            text: cell().set_text_wrap(),
            // Up to six decimals, so that no amount is rounded.
            amount: cell().set_num_format("#,##0.00####"),
            count: cell().set_num_format("0"),
        }
    }
}

fn fill(
    sheet: &mut Worksheet,
    head: &BulletinHead,
    names: &PublishedNames,
    table: &Table,
) -> Result<(), XlsxError> {
    let formats = Formats::new();
    let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX).max(1);
    let synthetic = if names.synthetic { "（示例数据）" } else { "" };
    let title = format!("{}{synthetic} {}", head.title, table.title);
    sheet.merge_range(0, 0, 0, last, &title, &formats.title)?;
    sheet.merge_range(1, 0, 1, last, table.note, &formats.note)?;
    for (column, name) in (0_u16..).zip(&table.columns) {
        sheet.write_with_format(2, column, *name, &formats.head)?;
        sheet.set_column_width(column, width(table, column.into()))?;
    }
    let mut row = 3_u32;
    for cells in &table.rows {
        for (column, cell) in (0_u16..).zip(cells) {
            put(sheet, At { row, column }, cell, &formats)?;
        }
        row += 1;
    }
    if table.rows.is_empty() {
        sheet.merge_range(row, 0, row, last, "无", &formats.text)?;
        row += 1;
    }
    let signature = "签发：                    审核：                    制表：";
    sheet.merge_range(row + 1, 0, row + 1, last, signature, &Format::new())?;
    let hash = format!("通报校验值（SHA-256）：{}", head.sha256);
    sheet.merge_range(row + 2, 0, row + 2, last, &hash, &Format::new())?;
    sheet.set_freeze_panes(3, 0)?;
    Ok(())
}

/// Position of a cell in a sheet, from 0.
#[derive(Clone, Copy)]
struct At {
    row: u32,
    column: u16,
}

fn put(sheet: &mut Worksheet, at: At, cell: &Cell, formats: &Formats) -> Result<(), XlsxError> {
    let At { row, column } = at;
    match cell {
        Cell::Number(text) => match text.parse::<Decimal>().ok().and_then(|n| n.to_f64()) {
            Some(number) => sheet.write_number_with_format(row, column, number, &formats.amount)?,
            None => sheet.write_string_with_format(row, column, text, &formats.text)?,
        },
        Cell::Count(count) => {
            let number = Decimal::from(*count).to_f64().unwrap_or_default();
            sheet.write_number_with_format(row, column, number, &formats.count)?
        }
        Cell::Light(light) => {
            let format = formats.text.clone().set_background_color(colour(*light));
            sheet.write_string_with_format(row, column, light.zh(), &format)?
        }
        Cell::Text(_) | Cell::Day(_) | Cell::NoNumber | Cell::NoDay | Cell::Missing => {
            sheet.write_string_with_format(row, column, cell.shown(), &formats.text)?
        }
    };
    Ok(())
}

/// Background colour of a light, as 0xRRGGBB; pale enough for black text.
fn colour(light: Light) -> u32 {
    match light {
        Light::Green => 0x00C6_E9C6,
        Light::Yellow => 0x00FF_E699,
        Light::Red => 0x00F4_B6B6,
        Light::Grey => 0x00D9_D9D9,
        Light::Blue => 0x00BD_D7EE,
    }
}

/// Column width in characters, up to a maximum; longer text wraps.
fn width(table: &Table, column: usize) -> u32 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>();
    let cell = |row: &Vec<Cell>| match row.get(column) {
        Some(Cell::Text(text) | Cell::Day(text)) => wide(text),
        Some(Cell::Number(text)) => wide(text) + 3,
        Some(Cell::Count(_) | Cell::Light(_) | Cell::NoNumber | Cell::NoDay | Cell::Missing)
        | None => 6,
    };
    let head = table.columns.get(column).map_or(0, |name| wide(name).min(12));
    table.rows.iter().map(cell).chain([head]).max().unwrap_or(8).clamp(7, 44) + 2
}
