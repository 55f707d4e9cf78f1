//! The reply of a summary as JSON, CSV or a workbook with the same content.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, Responder, ResponseError,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;

use crate::domain::words::Language;
use crate::http::columns::columns_of;
use crate::http::file_format::{CSV, ChosenFormat, FormatQuery, SheetFormat, XLSX};
use crate::http::json_table::JsonTable;
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::signature::{Entry, Reply};
use crate::http::spreadsheet;

/// 200 with a summary in the format the caller chose.
pub(crate) struct Sheet<T>(pub T);

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

impl<T: Serialize + ToSchema> Responder for Sheet<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let wish = ChosenFormat::of(request);
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::VARY, "Accept"));
        let language = request.extensions().get::<Language>().copied().unwrap_or(Language::Chinese);
        let table = || -> Result<JsonTable, Problem> {
            let table = JsonTable::of_answer(&self.0)?;
            Ok(table.keep_columns(&columns_of::<T>()).say(language))
        };
        let file = match wish.format {
            SheetFormat::Json => return answer.json(self.0),
            SheetFormat::Csv => table().and_then(|t| spreadsheet::csv(&t, wish.end_line)),
            SheetFormat::Xlsx => table().and_then(|t| spreadsheet::workbook(&t)),
        };
        match file {
            Ok(file) => {
                add_file_headers(&mut answer, request.path(), wish.format);
                answer.body(file)
            }
            Err(problem) => problem.error_response(),
        }
    }
}

/// Media type and name of a file with the answer of `path`.
pub(super) fn add_file_headers(answer: &mut HttpResponseBuilder, path: &str, format: SheetFormat) {
    let (media_type, extension) = match format {
        SheetFormat::Json => ("application/json", "json"),
        SheetFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        SheetFormat::Xlsx => (XLSX, "xlsx"),
    };
    let name = file_name(path, extension);
    let disposition = format!("attachment; filename=\"{name}\"");
    answer.insert_header((header::CONTENT_DISPOSITION, disposition)).content_type(media_type);
}

/// `/api/v1/summaries/trend` becomes `summaries-trend.csv`.
fn file_name(path: &str, extension: &str) -> String {
    let path =
        path.strip_prefix(crate::http::PREFIX).or_else(|| path.strip_prefix(crate::http::FILES));
    let name = path.unwrap_or_default().trim_matches('/').replace('/', "-");
    format!("{name}.{extension}")
}
