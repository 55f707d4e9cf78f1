//! The reply of a list or a summary, as JSON, CSV or a workbook with the same content.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ACCEPT};
use actix_web::http::uri::{PathAndQuery, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::file_format::{ChosenFormat, FormatQuery, SheetFormat, WholeList};
use crate::http::json_table::JsonTable;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::signature::{Entry, Reply};
use crate::http::spreadsheet;

/// The media type of CSV.
const CSV: &str = "text/csv";
/// The media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Middleware of operations with formats: removes `format` from the query before the handler reads
/// it. An unknown format is refused only after the handler has checked the caller's permission.
pub async fn choose_format<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let query = FormatInQuery::read(request.query_string());
    let format = match query.values.as_slice() {
        [] => Ok(accepted_format(&request)),
        [one] => match one.as_str() {
            "json" => Ok(SheetFormat::Json),
            "csv" => Ok(SheetFormat::Csv),
            "xlsx" => Ok(SheetFormat::Xlsx),
            _ => Err(unknown_format()),
        },
        _ => Err(unknown_format()),
    };
    if !query.values.is_empty() {
        replace_query(&mut request, &query.rest);
    }
    if let Ok(format) = format {
        request.extensions_mut().insert(ChosenFormat(format));
        if format != SheetFormat::Json {
            request.extensions_mut().insert(WholeList);
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

/// The values of `format` in a query string, and the query string without them.
struct FormatInQuery {
    values: Vec<String>,
    rest: String,
}

impl FormatInQuery {
    fn read(query: &str) -> Self {
        let mut values = Vec::new();
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("format", value)) => values.push(value.to_owned()),
                _ if pair == "format" => values.push(String::new()),
                _ => rest.push(pair),
            }
        }
        Self { values, rest: rest.join("&") }
    }
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

/// The first media type of `Accept` that is a format; JSON when there is none.
fn accepted_format(request: &ServiceRequest) -> SheetFormat {
    let accepted = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let known = accepted.split(',').find_map(|kind| match kind.split(';').next()?.trim() {
        "application/json" => Some(SheetFormat::Json),
        CSV => Some(SheetFormat::Csv),
        kind if kind == XLSX => Some(SheetFormat::Xlsx),
        _ => None,
    });
    known.unwrap_or(SheetFormat::Json)
}

fn unknown_format() -> Problem {
    let words =
        Words::new("须为 json、csv 或 xlsx，且只写一次。", "Must be json, csv or xlsx, once.");
    Problem::bad_parameters(vec![FieldError::new("?format".to_owned(), "unknown-code", words)])
}

/// 200 with a list or a summary in the format the caller chose.
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
        let format = request.extensions().get::<ChosenFormat>().map_or(SheetFormat::Json, |c| c.0);
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::VARY, "Accept"));
        let table = || JsonTable::of_answer(&self.0);
        let (file, media_type, extension) = match format {
            SheetFormat::Json => return answer.json(self.0),
            SheetFormat::Csv => {
                (table().and_then(|t| spreadsheet::csv(&t)), "text/csv; charset=utf-8", "csv")
            }
            SheetFormat::Xlsx => (table().and_then(|t| spreadsheet::workbook(&t)), XLSX, "xlsx"),
        };
        match file {
            Ok(file) => {
                let name = file_name(request.path(), extension);
                let disposition = format!("attachment; filename=\"{name}\"");
                answer.insert_header((header::CONTENT_DISPOSITION, disposition));
                answer.content_type(media_type).body(file)
            }
            Err(problem) => problem.error_response(),
        }
    }
}

/// `/api/v1/summaries/trend` becomes `summaries-trend.csv`.
fn file_name(path: &str, extension: &str) -> String {
    let path =
        path.strip_prefix(crate::http::PREFIX).or_else(|| path.strip_prefix(crate::http::FILES));
    let name = path.unwrap_or_default().trim_matches('/').replace('/', "-");
    format!("{name}.{extension}")
}
