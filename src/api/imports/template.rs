//! Writes import templates: headings, drop-down lists, a sheet of explanations, and an example row
//! or current data.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use csv::WriterBuilder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DataValidation, Format, Formula, Workbook, Worksheet, XlsxError};
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::api::imports::TemplateFormat;
use crate::api::imports::column::{Blank, Column, Form, Part, letters};
use crate::api::imports::template_sheets;
use crate::api::imports::template_sheets::CODES;
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::signature::{Entry, Reply};
use crate::http::spreadsheet::escape_for_spreadsheet;
use crate::usecases::imports::ROWS;
use crate::usecases::imports::RecordFields;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::lists::Lists;

/// A template to write.
#[derive(Debug)]
pub(crate) struct Template {
    /// What each row describes.
    pub kind: ImportKind,
    /// Language of the headings.
    pub speaks: Language,
    /// Codes of industry lines and areas.
    pub lists: Lists,
    /// Rows of current data; `None` for the example row.
    pub rows: Option<Vec<RecordFields>>,
}

/// A file for download.
#[derive(Debug)]
pub(crate) struct FileReply {
    name: String,
    bytes: Vec<u8>,
}

impl Reply for FileReply {
    fn describe(entry: &mut Entry) {
        entry.answers_file(200, "The template file.");
        entry.answer_header(200, "Content-Disposition", "File name of the attachment.");
    }
}

impl Responder for FileReply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let name = format!("attachment; filename=\"{}\"", self.name);
        HttpResponse::Ok()
            .insert_header((header::CONTENT_DISPOSITION, name))
            .content_type("application/octet-stream")
            .body(self.bytes)
    }
}

/// Maximum number of characters of a drop-down list stored in the cell rule; longer lists are
/// stored in a sheet.
const SHORT_LIST: usize = 255;

impl Template {
    /// Writes the template on a blocking thread.
    ///
    /// # Errors
    /// 500 if the file cannot be written.
    pub(crate) async fn file(self, format: TemplateFormat) -> Result<FileReply, Problem> {
        let ending = match format {
            TemplateFormat::Xlsx => "xlsx",
            TemplateFormat::Csv => "csv",
        };
        let name = format!("{}.{ending}", self.kind);
        let written = spawn_blocking(move || match format {
            TemplateFormat::Xlsx => self.workbook().map_err(Problem::broken),
            TemplateFormat::Csv => self.csv().map_err(Problem::broken),
        });
        let bytes = written.await.map_err(Problem::broken)??;
        Ok(FileReply { name, bytes })
    }

    fn heading(&self, column: &Column) -> &'static str {
        match self.speaks {
            Language::Chinese => column.zh,
            Language::English => column.name,
        }
    }

    fn columns(&self) -> impl Iterator<Item = &'static Column> + use<> {
        self.kind.columns().iter().filter(|c| !matches!(c.part, Part::Ignored | Part::Source))
    }

    /// Values of `column` in every row.
    fn cells(&self, column: &Column) -> Vec<Value> {
        match &self.rows {
            None if column.example.is_empty() => vec![Value::Null],
            None => vec![Value::from(column.example)],
            Some(rows) => {
                rows.iter().map(|r| r.get(column.name).cloned().unwrap_or_default()).collect()
            }
        }
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = WriterBuilder::new().from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(self.columns().map(|c| self.heading(c)))?;
        let columns: Vec<(&Column, Vec<Value>)> =
            self.columns().map(|c| (c, self.cells(c))).collect();
        for row in 0..self.rows.as_ref().map_or(1, Vec::len) {
            let cells = columns.iter().map(|(column, cells)| {
                let text = said(cells.get(row).unwrap_or(&Value::Null));
                let number = matches!(column.form, Form::Amount | Form::Percent | Form::Whole);
                if number { text } else { escape_for_spreadsheet(&text) }
            });
            writer.write_record(cells)?;
        }
        writer.into_inner().map_err(|e| e.into_error().into())
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let data = book.add_worksheet();
        data.set_name(self.sheet_name())?;
        let mut codes = Codes { book_lists: Vec::new() };
        self.write_data(data, &mut codes)?;
        self.write_notes(book.add_worksheet())?;
        if !codes.book_lists.is_empty() {
            codes.write(book.add_worksheet())?;
        }
        book.save_to_buffer()
    }

    fn sheet_name(&self) -> &'static str {
        match self.speaks {
            Language::Chinese => self.kind.zh(),
            Language::English => self.kind.as_str(),
        }
    }

    fn write_data(&self, sheet: &mut Worksheet, codes: &mut Codes) -> Result<(), XlsxError> {
        let text = Format::new().set_num_format("@");
        let amount = Format::new().set_num_format("#,##0.00####");
        let grey = text.clone().set_font_color(0x80_80_80);
        for (place, column) in (0_u16..).zip(self.columns()) {
            let required = column.blank == Blank::Refused;
            let color = if required { 0xDD_EB_F7 } else { 0xF2_F2_F2 };
            let head = Format::new().set_bold().set_background_color(color);
            let whole = if matches!(column.form, Form::Amount) { &amount } else { &text };
            let is_example = self.rows.is_none() && !matches!(column.form, Form::Amount);
            let usual = if is_example { &grey } else { whole };
            sheet.set_column_format(place, whole)?;
            sheet.set_column_width(place, if column.form_is_long() { 28 } else { 16 })?;
            sheet.write_string_with_format(0, place, self.heading(column), &head)?;
            for (row, value) in (1_u32..).zip(self.cells(column)) {
                put(sheet, (row, place), column, &value, usual)?;
            }
            if let Some(list) = self.list(column) {
                sheet.add_data_validation(1, place, ROWS, place, &codes.rule(column, &list)?)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }

    /// Codes and names to choose from.
    fn list(&self, column: &Column) -> Option<Vec<(String, String)>> {
        if matches!(column.form, Form::Industry) {
            return Some(self.lists.industries.clone());
        }
        if matches!(column.form, Form::Area) {
            return Some(self.lists.areas.clone());
        }
        let pairs = column.pairs().filter(|_| column.part != Part::Shown)?;
        Some(pairs.into_iter().map(|(code, zh)| (code.to_owned(), zh.to_owned())).collect())
    }

    fn write_notes(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(template_sheets::NOTES)?;
        let bold = Format::new().set_bold();
        let wrap = Format::new().set_text_wrap();
        for (row, line) in (0_u32..).zip(NOTES) {
            sheet.write_string(row, 0, line)?;
        }
        let top = u32::try_from(NOTES.len()).unwrap_or(0) + 1;
        let heads =
            ["列 Column", "字段 Field", "必填 Required", "说明", "Explanation", "示例 Example"];
        for (place, (head, width)) in (0_u16..).zip(heads.into_iter().zip([24, 24, 14, 60, 60, 28]))
        {
            sheet.write_string_with_format(top, place, head, &bold)?;
            sheet.set_column_width(place, width)?;
        }
        for (row, column) in (top + 1..).zip(self.columns()) {
            let needed = match (column.part, column.blank) {
                (Part::Shown, _) => "只读 read-only",
                (_, Blank::Refused) => "是 yes",
                _ => "",
            };
            let codes = self.list(column).map(|list| {
                let all = list.into_iter().map(|(code, zh)| format!("{code}（{zh}）"));
                format!(" 可选：{}", all.collect::<Vec<_>>().join("、"))
            });
            let [zh, en] = column.says;
            let zh = format!("{zh}{}", codes.unwrap_or_default());
            let cells = [column.zh, column.name, needed, &zh, en, column.example];
            for (place, cell) in (0_u16..).zip(cells) {
                sheet.write_string_with_format(row, place, cell, &wrap)?;
            }
        }
        Ok(())
    }
}

/// General notes in both languages.
const NOTES: [&str; 6] = [
    "首行为列名，可以删列、换序，不可改名。灰色的示例行请覆盖或删除。",
    "The first row contains the column names. Columns can be deleted or reordered, but not renamed. Overwrite or delete the grey example row.",
    "金额单位为万元；日期如 2021-06-30；月份如 2021-06。一行有误则整个文件都不保存。",
    "Amounts are in 万元, dates have the form 2021-06-30, months 2021-06. If any row has an error, nothing in the file is saved.",
    "导出、修改、再导入：请保留编号和版本两列，他人的修改就不会被覆盖。",
    "Export, edit, import: keep the id and version columns, so that changes by others are not overwritten.",
];

/// Drop-down lists that are too long for a cell rule.
struct Codes {
    book_lists: Vec<Vec<(String, String)>>,
}

impl Codes {
    fn rule(
        &mut self,
        column: &Column,
        list: &[(String, String)],
    ) -> Result<DataValidation, XlsxError> {
        let codes: Vec<&str> = list.iter().map(|(code, _)| code.as_str()).collect();
        let rule = if codes.join(",").chars().count() <= SHORT_LIST {
            DataValidation::new().allow_list_strings(&codes)?
        } else {
            let place = u16::try_from(self.book_lists.len() * 2).unwrap_or(0);
            self.book_lists.push(list.to_vec());
            let letters = letters(place);
            let last = list.len();
            let range = format!("={CODES}!${letters}$1:${letters}${last}");
            DataValidation::new().allow_list_formula(Formula::new(range))
        };
        Ok(rule.show_error_message(!matches!(column.form, Form::Suggested(_))))
    }

    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(CODES)?.set_hidden(true);
        for (place, list) in (0_u16..).step_by(2).zip(&self.book_lists) {
            for (row, (code, name)) in (0_u32..).zip(list) {
                sheet.write_string(row, place, code)?;
                sheet.write_string(row, place + 1, name)?;
            }
        }
        Ok(())
    }
}

/// Text of a value in a cell; items of lists are separated by semicolons.
fn said(value: &Value) -> String {
    match value {
        Value::Null | Value::Object(_) => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join("; "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, place): (u32, u16),
    column: &Column,
    value: &Value,
    format: &Format,
) -> Result<(), XlsxError> {
    if value.is_null() {
        return Ok(());
    }
    let text = said(value);
    let figures = text.bytes().filter(u8::is_ascii_digit).count();
    // Spreadsheet programs keep 15 digits; longer numbers are written as text.
    let is_number = matches!(column.form, Form::Amount) && figures <= 15;
    let number = text.parse::<Decimal>().ok().filter(|_| is_number).and_then(|n| n.to_f64());
    match number {
        Some(number) => sheet.write_number_with_format(row, place, number, format)?,
        None => sheet.write_string_with_format(row, place, &text, format)?,
    };
    Ok(())
}

impl Column {
    fn form_is_long(&self) -> bool {
        matches!(self.form, Form::Text) && self.part != Part::Shown
    }
}
