//! The layer of operations with formats: reads the format from the request, and makes the file of a
//! list.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ACCEPT;
use actix_web::http::uri::{PathAndQuery, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError};

use crate::domain::error::FieldError;
use crate::domain::words::{Language, Words};
use crate::http::file_format::{CSV, ChosenFormat, SheetFormat, WholeList, XLSX};
use crate::http::list_file;
use crate::http::problem::Problem;
use crate::http::rows::SpooledRows;

/// Middleware of operations with formats: removes `format` and `end_line` from the query before the
/// handler reads it, and makes the file of a list. A wrong value is refused only after the handler
/// has checked the caller's permission.
pub(super) async fn choose_format<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let query = FormatInQuery::read(request.query_string());
    let wish = query.wish(|| accepted_format(&request));
    if !query.is_absent() {
        replace_query(&mut request, &query.rest);
    }
    if let Ok(wish) = wish {
        request.extensions_mut().insert(wish);
        if wish.format != SheetFormat::Json {
            request.extensions_mut().insert(WholeList);
        }
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    let spooled = answer.request().extensions_mut().remove::<SpooledRows>();
    match (wish, spooled) {
        (Err(problem), _) if answer.status().is_success() => {
            Ok(answer.into_response(problem.error_response()))
        }
        (Ok(wish), Some(SpooledRows(mut spool))) => {
            let path = answer.request().path().to_owned();
            if path.contains("/summaries/") {
                let language = answer.request().extensions().get::<Language>().copied();
                spool.say(language.unwrap_or(Language::Chinese));
            }
            let file = list_file::reply(spool, wish, &path).await;
            Ok(answer.into_response(file.unwrap_or_else(|problem| problem.error_response())))
        }
        (Ok(_) | Err(_), _) => Ok(answer),
    }
}

/// The values of `format` and `end_line` in a query string, and the query string without them.
#[derive(Default)]
struct FormatInQuery {
    formats: Vec<String>,
    end_lines: Vec<String>,
    rest: String,
}

impl FormatInQuery {
    fn read(query: &str) -> Self {
        let mut found = Self::default();
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "format" => found.formats.push(value.to_owned()),
                "end_line" => found.end_lines.push(value.to_owned()),
                _ => rest.push(pair),
            }
        }
        found.rest = rest.join("&");
        found
    }

    fn is_absent(&self) -> bool {
        self.formats.is_empty() && self.end_lines.is_empty()
    }

    fn wish(&self, accepted: impl FnOnce() -> SheetFormat) -> Result<ChosenFormat, Problem> {
        let mut errors = Vec::new();
        let format = match self.formats.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => accepted(),
            ["json"] => SheetFormat::Json,
            ["csv"] => SheetFormat::Csv,
            ["xlsx"] => SheetFormat::Xlsx,
            _ => {
                errors.push(unknown_format());
                SheetFormat::Json
            }
        };
        let end_line = match self.end_lines.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] | ["false"] => false,
            ["true"] => true,
            _ => {
                errors.push(wrong_end_line());
                false
            }
        };
        if errors.is_empty() {
            Ok(ChosenFormat { format, end_line })
        } else {
            Err(Problem::bad_parameters(errors))
        }
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

fn unknown_format() -> FieldError {
    let words =
        Words::new("须为 json、csv 或 xlsx，且只写一次。", "Must be json, csv or xlsx, once.");
    FieldError::new("?format".to_owned(), "unknown-code", words)
}

fn wrong_end_line() -> FieldError {
    let words = Words::new("须为 true 或 false，且只写一次。", "Must be true or false, once.");
    FieldError::new("?end_line".to_owned(), "wrong-type", words)
}
