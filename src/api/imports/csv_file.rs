//! Reads CSV files: UTF-8, UTF-16 or GB 18030; separated by commas, semicolons or tabs.

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, GB18030};

use crate::api::imports::content::{Meter, SheetContent, SheetRow};
use crate::api::imports::heading_index::HeadingIndex;
use crate::api::imports::heading_text::plain;
use crate::api::imports::limits;
use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::usecases::imports::kind::ImportKind;

/// Reads `file` as a single sheet.
///
/// # Errors
/// 400 or 413, with advice on how to fix the file.
pub(crate) fn sheet(file: &[u8], kind: ImportKind) -> Result<SheetContent, Problem> {
    let text = text(file)?;
    let separator = separator(&text, kind);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut meter = Meter::default();
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    let mut number = 0_u32;
    let mut began = 0_usize;
    while reader.read_byte_record(&mut record).map_err(|e| limits::broken_file(&e))? {
        let at = record.position().map_or(0, csv::Position::byte);
        began = usize::try_from(at).unwrap_or(usize::MAX);
        number += 1 + blank_lines(&text, began);
        if number > limits::LAST_ROW {
            return Err(limits::too_many_rows());
        }
        let row = row(&record, number, &mut meter)?;
        rows.extend(row);
    }
    if is_open(text.get(began..).unwrap_or_default(), separator) {
        return Err(unclosed(number));
    }
    let name = "CSV".to_owned();
    Ok(SheetContent { name, is_hidden: false, rows, merged: Vec::new() })
}

fn row(record: &ByteRecord, number: u32, meter: &mut Meter) -> Result<Option<SheetRow>, Problem> {
    let mut cells = Vec::new();
    for (column, cell) in record.iter().enumerate() {
        let text = String::from_utf8_lossy(cell);
        if let Some(content) = meter.text(ours(&text))? {
            let column = u16::try_from(column).ok().filter(|c| u32::from(*c) < limits::COLUMNS);
            cells.push((column.ok_or_else(limits::too_full)?, content));
        }
    }
    if cells.is_empty() {
        return Ok(None);
    }
    meter.row()?;
    Ok(Some(SheetRow { number, is_hidden: false, cells }))
}

/// Removes the `'` that exports put before text that a spreadsheet would evaluate as a formula.
fn ours(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if crate::http::spreadsheet::escape_for_spreadsheet(rest) == text => rest,
        Some(_) | None => text,
    }
}

/// Decodes the file; detects the encoding.
fn text(file: &[u8]) -> Result<String, Problem> {
    let decoded = match Encoding::for_bom(file) {
        Some((encoding, _)) => match encoding.decode(file) {
            (text, _, false) => text.into_owned(),
            (_, _, true) => return Err(unknown_encoding()),
        },
        None => match std::str::from_utf8(file) {
            Ok(text) => text.to_owned(),
            Err(_) => match GB18030.decode_without_bom_handling_and_without_replacement(file) {
                Some(text) => text.into_owned(),
                None => return Err(unknown_encoding()),
            },
        },
    };
    // In the first line it is a file of another kind; below, a cell is refused for it.
    if decoded.lines().next().is_some_and(|line| line.contains('\0')) {
        Err(crate::api::imports::guard::not_a_workbook())
    } else {
        Ok(decoded)
    }
}

fn unknown_encoding() -> Problem {
    let words = Words::new(
        "文件编码无法识别。请另存为“CSV UTF-8”，或保存为 .xlsx。",
        "The file is neither UTF-8 nor GB 18030. Save it as CSV UTF-8, or as .xlsx.",
    );
    Problem::unreadable("file-unreadable", words)
}

fn unclosed(row: u32) -> Problem {
    let words = Words::new(
        format!("第 {row} 行的引号没有闭合，其后的内容无法读取。请补上引号。"),
        format!("A quotation mark in row {row} is not closed. Add the closing quotation mark."),
    );
    Problem::unreadable("file-unreadable", words)
}

/// Detects the separator: the one with which the first lines contain the most known headings.
fn separator(text: &str, kind: ImportKind) -> u8 {
    let index = HeadingIndex::of(kind);
    let known = |separator: u8| {
        let most = text.lines().take(10).map(|line| {
            let cells = line.split(char::from(separator)).map(|c| plain(c.trim_matches('"')));
            cells.filter(|cell| index.find(cell).is_some()).count()
        });
        most.max().unwrap_or(0)
    };
    // `max_by_key` returns the last of equal candidates, so commas win ties.
    [b'\t', b';', b','].into_iter().max_by_key(|s| known(*s)).unwrap_or(b',')
}

/// Number of blank lines the reader skipped before the record that begins here.
fn blank_lines(text: &str, began: usize) -> u32 {
    let bytes = text.as_bytes();
    let before = began.checked_sub(1).and_then(|at| bytes.get(at));
    let mut rest = bytes.get(began..).unwrap_or_default();
    if before == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    loop {
        match rest {
            [b'\r', b'\n', tail @ ..] | [b'\r' | b'\n', tail @ ..] => rest = tail,
            _ => return lines,
        }
        lines += 1;
    }
}

/// True if the last record ends inside quotation marks.
fn is_open(record: &str, separator: u8) -> bool {
    let mut quoted = false;
    let mut at_start = true;
    let mut bytes = record.trim_start_matches(['\r', '\n']).bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (quoted, byte) {
            (true, b'"') if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (true, b'"') => quoted = false,
            (true, _) => {}
            (false, b'"') if at_start => quoted = true,
            (false, _) => at_start = byte == separator,
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::imports::content::CellContent;

    fn read(file: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = sheet(file, ImportKind::Projects).unwrap();
        let said = |content: CellContent| match content {
            CellContent::Text(text) => text.into_string(),
            CellContent::Number(..)
            | CellContent::Day(_)
            | CellContent::Month(_)
            | CellContent::Flag(_)
            | CellContent::Rejected(_) => panic!("{content:?}"),
        };
        let row = |r: SheetRow| (r.number, r.cells.into_iter().map(|(_, c)| said(c)).collect());
        sheet.rows.into_iter().map(row).collect()
    }

    fn rows(of: &[(u32, &[&str])]) -> Vec<(u32, Vec<String>)> {
        of.iter().map(|(n, cells)| (*n, cells.iter().map(|c| (*c).to_owned()).collect())).collect()
    }

    #[test]
    fn separators_and_encodings_are_told_apart() {
        let expected = rows(&[(1, &["项目名称", "code"]), (2, &["甲", "乙"])]);
        for separator in [",", ";", "\t"] {
            let text = "项目名称,code\r\n甲,乙\r\n".replace(',', separator);
            assert_eq!(read(text.as_bytes()), expected, "{separator:?}");
            assert_eq!(read(format!("\u{feff}{text}").as_bytes()), expected);
            assert_eq!(read(&GB18030.encode(&text).0), expected);
            let utf16: Vec<u8> =
                format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(read(&utf16), expected);
        }
        assert_eq!(
            sheet(b"name\n\xff\xff\xff", ImportKind::Projects).unwrap_err().code,
            "file-unreadable"
        );
    }

    #[test]
    fn rows_have_the_numbers_a_spreadsheet_gives_them() {
        let file = "name,code\r\n\r\n\"a\nb\",1\r\n\r\n\r\nc,2\n,\nd,3";

        let expected: &[(u32, &[&str])] =
            &[(1, &["name", "code"]), (3, &["a\nb", "1"]), (6, &["c", "2"]), (8, &["d", "3"])];
        assert_eq!(read(file.as_bytes()), rows(expected));
    }

    #[test]
    fn an_open_quotation_swallows_nothing_silently() {
        let open = sheet(b"name,code\n\"a,1\nb,2\n", ImportKind::Projects);
        assert_eq!(open.unwrap_err().code, "file-unreadable");
        for closed in ["name,code\n\"a\"\"\",\"1\"\n", "name\n5\" pipe\n", "name\n\"\"\n"] {
            assert!(sheet(closed.as_bytes(), ImportKind::Projects).is_ok(), "{closed}");
        }
    }

    #[test]
    fn our_own_apostrophe_comes_off_and_nobody_elses() {
        for (cell, meant) in
            [("'=1", "=1"), ("'001", "001"), ("''a", "'a"), ("'甲", "'甲"), ("'12", "'12")]
        {
            assert_eq!(ours(cell), meant);
        }
    }
}
