//! Lists and summaries go out as JSON, CSV or a workbook, and say the same.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ACCEPT};
use actix_web::http::uri::{PathAndQuery, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use csv::WriterBuilder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::grid::{Cell, Grid};
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::signature::{Entry, Reply};

/// The media type of CSV.
const CSV: &str = "text/csv";
/// The media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How a list or a summary goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetFormat {
    /// JSON.
    Json,
    /// CSV: UTF-8 with a byte-order mark, nothing in it a spreadsheet would calculate.
    Csv,
    /// A workbook: amounts are numbers, codes are text.
    Xlsx,
}

/// As what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// As what; by `Accept` unless said. As `csv` or `xlsx` a list is whole, up to 20,000 rows,
    /// unless `limit` says otherwise.
    #[param(nullable = false)]
    pub format: Option<SheetFormat>,
}

/// Put beside a request whose list shall be whole.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

#[derive(Clone, Copy)]
struct Chosen(SheetFormat);

/// Takes `format` from the query before the handler sees it; refuses one there is none of, after
/// it was decided whether the caller may ask at all.
pub async fn choose<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (named, rest) = split(request.query_string());
    let format = match named.as_slice() {
        [] => Ok(accepted(&request)),
        [one] => match one.as_str() {
            "json" => Ok(SheetFormat::Json),
            "csv" => Ok(SheetFormat::Csv),
            "xlsx" => Ok(SheetFormat::Xlsx),
            _ => Err(no_such_format()),
        },
        _ => Err(no_such_format()),
    };
    if !named.is_empty() {
        replace_query(&mut request, &rest);
    }
    if let Ok(format) = format {
        request.extensions_mut().insert(Chosen(format));
        if format != SheetFormat::Json {
            request.extensions_mut().insert(Whole);
        }
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    match format {
        Err(problem) if answer.status().is_success() => {
            Ok(answer.into_response(problem.error_response()))
        }
        Ok(_) | Err(_) => Ok(answer),
    }
}

/// The values of `format` and the query without them.
fn split(query: &str) -> (Vec<String>, String) {
    let (mut named, mut rest) = (Vec::new(), Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("format", value)) => named.push(value.to_owned()),
            _ if pair == "format" => named.push(String::new()),
            _ => rest.push(pair),
        }
    }
    (named, rest.join("&"))
}

fn replace_query(request: &mut ServiceRequest, query: &str) {
    let path = request.path().to_owned();
    let text = if query.is_empty() { path } else { format!("{path}?{query}") };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(path_and_query) = text.parse::<PathAndQuery>() {
        parts.path_and_query = Some(path_and_query);
        if let Ok(uri) = Uri::from_parts(parts) {
            request.head_mut().uri = uri;
        }
    }
}

fn accepted(request: &ServiceRequest) -> SheetFormat {
    let accepted = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let named = accepted.split(',').find_map(|kind| match kind.split(';').next()?.trim() {
        "application/json" => Some(SheetFormat::Json),
        CSV => Some(SheetFormat::Csv),
        kind if kind == XLSX => Some(SheetFormat::Xlsx),
        _ => None,
    });
    named.unwrap_or(SheetFormat::Json)
}

fn no_such_format() -> Problem {
    let words =
        Words::new("须为 json、csv 或 xlsx，且只写一次。", "Must be json, csv or xlsx, once.");
    Problem::bad_parameters(vec![FieldError::new("?format".to_owned(), "unknown-code", words)])
}

/// A list or a summary on its way out, as it was asked for.
pub struct Sheet<T>(pub T);

impl<T: ToSchema> Reply for Sheet<T> {
    fn describe(entry: &mut Entry) {
        Json::<T>::describe(entry);
        entry.answer_also(200, CSV, &json!({"type": "string"}));
        entry.answer_also(200, XLSX, &json!({"type": "string", "format": "binary"}));
        entry.params::<FormatQuery>(&ParameterIn::Query);
        entry.fails(&[400]);
        entry.has_formats();
    }
}

impl<T: Serialize> Responder for Sheet<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let chosen = request.extensions().get::<Chosen>().map_or(SheetFormat::Json, |c| c.0);
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::VARY, "Accept"));
        let (file, kind, ending) = match chosen {
            SheetFormat::Json => return answer.json(self.0),
            SheetFormat::Csv => {
                (grid(&self.0).and_then(|g| csv(&g)), "text/csv; charset=utf-8", "csv")
            }
            SheetFormat::Xlsx => (grid(&self.0).and_then(|g| workbook(&g)), XLSX, "xlsx"),
        };
        let path = request.path();
        let path = path
            .strip_prefix(crate::http::PREFIX)
            .or_else(|| path.strip_prefix(crate::http::FILES));
        let name = path.unwrap_or_default().trim_matches('/');
        let name = format!("attachment; filename=\"{}.{ending}\"", name.replace('/', "-"));
        match file {
            Ok(file) => {
                answer.insert_header((header::CONTENT_DISPOSITION, name));
                answer.content_type(kind).body(file)
            }
            Err(problem) => problem.error_response(),
        }
    }
}

fn grid<T: Serialize>(answer: &T) -> Result<Grid, Problem> {
    let text = serde_json::to_string(answer).map_err(Problem::broken)?;
    serde_json::from_str(&text).map(|node| Grid::of(&node)).map_err(Problem::broken)
}

/// What a spreadsheet may calculate begins with one of these; the wide ones where Chinese is typed.
const CALCULATES: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text as a spreadsheet takes it for text: what it would calculate, and digits it would round or
/// strip of zeros, get a `'` before them, and so does what begins with one, so that one `'` at the
/// beginning is always ours.
pub fn harmless(text: &str) -> String {
    let calculates = text.starts_with(CALCULATES) || text.starts_with('\'');
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mangled = digits && (text.len() > 11 || text.len() > 1 && text.starts_with('0'));
    if calculates || mangled { format!("'{text}") } else { text.to_owned() }
}

fn as_text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Bool(value) => value.to_string(),
    }
}

/// The rows as CSV; what is said about the whole stands in the last columns of each.
fn csv(grid: &Grid) -> Result<Vec<u8>, Problem> {
    let mut writer = WriterBuilder::new().from_writer("\u{feff}".as_bytes().to_vec());
    let about: Vec<String> = grid.about.iter().map(|(_, cell)| as_text(cell)).collect();
    let names = grid.columns.iter().chain(grid.about.iter().map(|(name, _)| name));
    writer.write_record(names).map_err(Problem::broken)?;
    for row in &grid.rows {
        let missing = grid.columns.len().saturating_sub(row.len());
        let cells = row.iter().map(as_text).chain(std::iter::repeat_n(String::new(), missing));
        writer.write_record(cells.chain(about.iter().cloned())).map_err(Problem::broken)?;
    }
    writer.into_inner().map_err(Problem::broken)
}

fn workbook(grid: &Grid) -> Result<Vec<u8>, Problem> {
    write(grid).map_err(Problem::broken)
}

fn write(grid: &Grid) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, amount) = (Format::new().set_bold(), Format::new().set_num_format("#,##0.00####"));
    let sheet = book.add_worksheet();
    for (column, name) in (0_u16..).zip(&grid.columns) {
        sheet.write_string_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    for (row, cells) in (1_u32..).zip(&grid.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            put(sheet, (row, column), cell, &amount)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if !grid.about.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("about")?;
        for (row, (name, cell)) in (0_u32..).zip(&grid.about) {
            sheet.write_string_with_format(row, 0, name, &bold)?;
            put(sheet, (row, 1), cell, &amount)?;
        }
        sheet.set_column_width(0, 18)?.set_column_width(1, 32)?;
    }
    book.save_to_buffer()
}

/// The digits a spreadsheet keeps of a number.
const DIGITS: usize = 15;

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    amount: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Number(text) if text_digits(cell) > DIGITS => {
            sheet.write_string(row, column, text)?
        }
        Cell::Number(text) => match text.parse::<Decimal>().ok().and_then(|n| n.to_f64()) {
            Some(number) => sheet.write_number_with_format(row, column, number, amount)?,
            None => sheet.write_string(row, column, text)?,
        },
        Cell::Count(count) => match Decimal::from(*count).to_f64() {
            Some(number) if text_digits(cell) <= DIGITS => {
                sheet.write_number(row, column, number)?
            }
            Some(_) | None => sheet.write_string(row, column, count.to_string())?,
        },
        Cell::Bool(value) => sheet.write_boolean(row, column, *value)?,
    };
    Ok(())
}

fn text_digits(cell: &Cell) -> usize {
    as_text(cell).bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{CALCULATES, harmless};

    #[test]
    fn nothing_that_is_calculated_or_rounded_stands_bare() {
        for first in CALCULATES {
            assert_eq!(harmless(&format!("{first}1+1")), format!("'{first}1+1"));
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
            assert_eq!(harmless(text), shown);
        }
    }
}
