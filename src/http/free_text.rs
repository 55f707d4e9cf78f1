//! Warnings about personal numbers in the texts of a request, added to its answer.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::{HttpMessage, HttpRequest};
use serde_json::{Map, Value, json};

use crate::domain::error::FieldError;
use crate::domain::words::Language;
use crate::http::caller::caller;
use crate::usecases::free_text::personal_numbers;
use crate::usecases::warning::WarningView;

/// Parameter of the address that a form leads to, so that its page shows the warning.
pub(crate) const PARAMETER: &str = "warned";

/// Request extension: what was found in the texts of the request.
struct Found(Vec<FieldError>);

/// Looks for personal numbers in what a caller sends; nothing is refused for them.
pub(crate) fn check(request: &HttpRequest, sent: &Value) {
    if caller(request).is_some() {
        remember(request, personal_numbers("", sent));
    }
}

/// Remembers what was found until the request is answered.
pub(crate) fn remember(request: &HttpRequest, found: Vec<FieldError>) {
    if !found.is_empty() {
        request.extensions_mut().insert(Found(found));
    }
}

/// The answer with a warning for each number that was found, if the request succeeded.
pub(super) fn warn(
    mut response: ServiceResponse<BoxBody>,
    language: Language,
) -> ServiceResponse<BoxBody> {
    let found = response.request().extensions_mut().remove::<Found>();
    let Some(Found(found)) = found else { return response };
    if response.status() == StatusCode::SEE_OTHER {
        lead_to_warning(&mut response, &found);
        return response;
    }
    let is_json = |value: &HeaderValue| value.as_bytes() == b"application/json";
    if !response.status().is_success() || !response.headers().get(CONTENT_TYPE).is_some_and(is_json)
    {
        return response;
    }
    response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => BoxBody::new(with_warnings(&bytes, found, language)),
        Err(streamed) => streamed,
    })
}

/// The JSON object in `bytes` with more `warnings`; of a batch with those of each row.
fn with_warnings(bytes: &[u8], found: Vec<FieldError>, language: Language) -> Vec<u8> {
    let Ok(Value::Object(mut answer)) = serde_json::from_slice::<Value>(bytes) else {
        return bytes.to_vec();
    };
    for error in found {
        let place = row_of(&error.pointer, &mut answer);
        if let Some(object) = place {
            add(object, &WarningView::of_field(error, language));
        }
    }
    serde_json::to_vec(&answer).unwrap_or_else(|_| bytes.to_vec())
}

/// The object that a warning goes to: the result of the row of a batch, unless it was refused, or the
/// answer.
fn row_of<'a>(
    pointer: &str,
    answer: &'a mut Map<String, Value>,
) -> Option<&'a mut Map<String, Value>> {
    if !answer.contains_key("results") {
        return Some(answer);
    }
    let row = pointer.strip_prefix("/items/")?.split('/').next()?.parse::<usize>().ok()?;
    let result = answer.get_mut("results")?.get_mut(row)?.as_object_mut()?;
    (!result.contains_key("problem")).then_some(result)
}

fn add(object: &mut Map<String, Value>, warning: &WarningView) {
    let warnings = object.entry("warnings").or_insert(Value::Null);
    if warnings.is_null() {
        *warnings = json!([]);
    }
    if let Some(warnings) = warnings.as_array_mut() {
        warnings.push(json!(warning));
    }
}

/// Adds the code of the first warning to the address that a form leads to.
fn lead_to_warning(response: &mut ServiceResponse<BoxBody>, found: &[FieldError]) {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some((location, first)) = location.zip(found.first()) else { return };
    let (address, fragment) = match location.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (location, String::new()),
    };
    let sign = if address.contains('?') { '&' } else { '?' };
    let led = format!("{address}{sign}{PARAMETER}={}{fragment}", first.code);
    if let Ok(value) = HeaderValue::from_str(&led) {
        response.headers_mut().insert(LOCATION, value);
    }
}

/// Adds `warnings` to the schema of each answer to a JSON body from a caller.
pub(super) fn describe(document: &mut Value) {
    let mut names: Vec<String> = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object()).flat_map(Map::values);
    let is_free = |operation: &&Value| {
        operation.pointer("/requestBody/content/application~1json").is_some()
            && operation.get("security").and_then(Value::as_array).is_some_and(|s| !s.is_empty())
    };
    for operation in operations.filter(is_free) {
        let responses = operation.get("responses").and_then(Value::as_object);
        for (_, response) in responses.into_iter().flatten().filter(|(s, _)| s.starts_with('2')) {
            let target = response.pointer("/content/application~1json/schema/$ref");
            let name = target.and_then(Value::as_str).and_then(|t| t.rsplit('/').next());
            names.extend(name.map(str::to_owned));
        }
    }
    for name in names {
        let schema = document.pointer_mut(&format!("/components/schemas/{name}"));
        if let Some(schema) = schema.and_then(Value::as_object_mut) {
            describe_in(schema);
        }
    }
}

fn describe_in(schema: &mut Map<String, Value>) {
    let warnings = json!({
        "type": "array", "items": {"$ref": "#/components/schemas/RecordWarning"},
        "description": "Only in the answer to a change: telephone and identity numbers in its texts, and what else is unusual. Never blocks.",
    });
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        if !parts.iter().any(|part| part.pointer("/properties/warnings").is_some()) {
            parts.push(json!({"type": "object", "properties": {"warnings": warnings}}));
        }
    } else if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut)
        && !fields.contains_key("results")
    {
        fields.entry("warnings").or_insert(warnings);
    }
}
