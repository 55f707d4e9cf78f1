//! Errors of whole sheets, and sheets that are left out.

use crate::api::imports::column::Part;
use crate::api::imports::content::SheetContent;
use crate::api::imports::log::ImportLog;
use crate::api::imports::row_look::first_words;
use crate::api::imports::skipped::{SkipReason, SkippedPart};
use crate::api::imports::table::{Table, at};
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::usecases::imports::kind::ImportKind;

/// A sheet that is not read.
pub(crate) fn skipped(sheet: &SheetContent, reason: SkipReason) -> SkippedPart {
    let text = sheet.rows.first().map(first_words).unwrap_or_default();
    SkippedPart { sheet: sheet.name.clone(), row: None, column: None, reason, text }
}

fn note(sheet: &SheetContent, row: u32, pointer: &str, error: FieldError, log: &mut ImportLog) {
    log.note(at(&sheet.name, row, None), pointer, error);
}

fn first_row(sheet: &SheetContent) -> u32 {
    sheet.rows.first().map_or(1, |row| row.number)
}

/// A hidden sheet with a table of this kind.
pub(crate) fn hidden(sheet: &SheetContent, log: &mut ImportLog) {
    let name = &sheet.name;
    let words = Words::new(
        format!(
            "这个工作表是隐藏的，但含有可导入的表；要导入请取消隐藏，不导入请加参数 ignore_sheet={name}。"
        ),
        format!(
            "This sheet is hidden but contains a table. Show it if it is to be imported, or ignore it with the parameter ignore_sheet={name}."
        ),
    );
    let error = FieldError::new("", "hidden-sheet", words);
    note(sheet, first_row(sheet), "/sheets", error, log);
}

/// A sheet without known headings, beside others that have them. A sheet of words is left out; a
/// table is not.
pub(crate) fn without_headings(sheet: &SheetContent, log: &mut ImportLog) {
    let name = &sheet.name;
    if sheet.is_hidden {
        log.skip(skipped(sheet, SkipReason::HiddenSheet));
        return;
    }
    let wide: Vec<_> = sheet.rows.iter().filter(|row| row.cells.len() > 1).collect();
    if wide.len() < 2 {
        log.skip(skipped(sheet, SkipReason::NoTable));
        return;
    }
    let texts = wide.first().into_iter().flat_map(|row| &row.cells).take(8);
    let texts = texts.filter_map(|(_, content)| content.text());
    let texts = texts.map(|text| text.chars().take(20).collect::<String>());
    let texts = texts.collect::<Vec<_>>().join("、");
    let words = Words::new(
        format!(
            "这个工作表没有可识别的表头（其首行：{texts}）；请按模板改列名，不导入请删去该表，或加参数 ignore_sheet={name}。"
        ),
        format!(
            "No headings of this sheet are known; its first row is {texts:?}. Rename the headings as in the template; or delete the sheet, or ignore it with the parameter ignore_sheet={name}."
        ),
    );
    let error = FieldError::new("", "unknown-sheet", words);
    note(sheet, wide.first().map_or(1, |row| row.number), "/sheets", error, log);
}

/// A file without any known headings.
pub(crate) fn no_headings(sheets: &[SheetContent], kind: ImportKind, log: &mut ImportLog) {
    let shown = sheets.iter().find(|s| !s.is_hidden && !s.rows.is_empty());
    let sheet = shown.or(sheets.first()).map_or_else(|| "CSV".to_owned(), |s| s.name.clone());
    let known = kind.columns().iter().filter(|c| c.part == Part::Write);
    let (zh, en): (Vec<_>, Vec<_>) = known.map(|c| (c.zh, c.name)).take(6).unzip();
    let words = Words::new(
        format!("没有找到表头。首行应为列名，例如：{}；请下载模板填写。", zh.join("、")),
        format!(
            "No heading row was found. The first row must contain column names such as {}; or use the template.",
            en.join(", ")
        ),
    );
    log.note(at(&sheet, 1, None), "/headings", FieldError::new("", "no-headings", words));
}

/// A file of headings alone.
pub(crate) fn no_rows(tables: &[Table<'_>], log: &mut ImportLog) {
    let Some(table) = tables.first() else {
        return;
    };
    let words = Words::new(
        "文件只有表头，表头以下没有可导入的行；请核对是否保存了正确的工作表。",
        "The file has headings alone: there is no row to import below them. Check that the right sheet was saved.",
    );
    let error = FieldError::new("", "no-rows", words);
    note(table.sheet, table.heading, "/rows", error, log);
}
