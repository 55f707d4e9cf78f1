//! Query and path parameters, checked against their schemas.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::file_format::WholeList;
use crate::http::plain_text::{self, Pair};
use crate::http::problem::Problem;
use crate::http::schema_check::SchemaCheck;
use crate::http::signature::{Argument, Entry};

/// The query string as a `T`. Unknown parameters are refused, and repeated ones unless they are
/// lists.
pub(crate) struct Query<T>(pub T);

impl<T: IntoParams> Argument for Query<T> {
    fn describe(entry: &mut Entry) {
        entry.params::<T>(&ParameterIn::Query);
        entry.fails(&[400]);
    }
}

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let whole = request.extensions().contains::<WholeList>();
        ready(parse(request.query_string(), whole).map(Self))
    }
}

/// Parses a query string; with `whole` a `limit` that is absent means every row.
///
/// # Errors
/// 400 that names every parameter that is wrong.
pub(crate) fn parse<T: DeserializeOwned + IntoParams + 'static>(
    query: &str,
    whole: bool,
) -> Result<T, Problem> {
    let check = SchemaCheck::of_query::<T>().map_err(Problem::broken)?;
    let mut object = Map::new();
    let mut errors = Vec::new();
    let pairs = plain_text::pairs(query.as_bytes(), '?').map_err(Problem::bad_parameters)?;
    for Pair { name, value: text } in pairs {
        match check.parameters.get(&name) {
            Some(schema) if type_of(schema) == "array" => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(typed(&text, items));
                }
            }
            Some(_) if object.contains_key(&name) => errors.push(repeated(&name)),
            schema => {
                let value = typed(&text, schema.unwrap_or(&Value::Null));
                object.insert(name, value);
            }
        }
    }
    let mut value = Value::Object(object);
    errors.extend(check.errors(&value).into_iter().map(in_query));
    if !errors.is_empty() {
        return Err(Problem::bad_parameters(errors));
    }
    if let Value::Object(object) = &mut value
        && whole
        && check.parameters.contains_key("limit")
    {
        object.entry("limit").or_insert_with(|| crate::store::page::WHOLE.into());
    }
    serde_json::from_value(value).map_err(|e| {
        let words = Words::new(format!("查询参数不符合要求：{e}。"), format!("{e}."));
        Problem::bad_parameters(vec![FieldError::new("?".to_owned(), "wrong", words)])
    })
}

/// Turns the pointer `/limit` into `?limit`, which names a query parameter.
fn in_query(error: FieldError) -> FieldError {
    let pointer = format!("?{}", error.pointer.trim_start_matches('/'));
    FieldError { pointer, ..error }
}

fn repeated(name: &str) -> FieldError {
    let words = Words::new("该参数只能出现一次。", "This parameter may stand only once.");
    FieldError::new(format!("?{name}"), "repeated", words)
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        // `["null", X]`: X.
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or("")
        }
        _ => "",
    }
}

/// Converts text to the type of its schema. Text that cannot be converted stays text, which the
/// schema check then refuses.
fn typed(text: &str, schema: &Value) -> Value {
    let as_text = || Value::String(text.to_owned());
    match type_of(schema) {
        "integer" => text.parse::<i64>().map_or_else(|_| as_text(), Value::from),
        "boolean" => text.parse::<bool>().map_or_else(|_| as_text(), Value::from),
        _ => as_text(),
    }
}

/// The `{parameters}` of the path as a `T`; 404 if they cannot be parsed.
pub(crate) struct Path<T>(pub T);

impl<T: IntoParams> Argument for Path<T> {
    fn describe(entry: &mut Entry) {
        entry.params::<T>(&ParameterIn::Path);
        entry.fails(&[404]);
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let inner = actix_web::web::Path::<T>::from_request(request, payload).into_inner();
        ready(inner.map(|path| Self(path.into_inner())).map_err(|_| Problem::not_found()))
    }
}

/// Items of a page when the query has no `limit`.
pub(crate) fn default_limit() -> i64 {
    crate::store::page::USUAL
}

/// Two sets of query parameters together: those that several operations share, and an operation's
/// own.
#[derive(Debug)]
pub(crate) struct QueryPair<A, B>(pub A, pub B);

impl<A: IntoParams, B: IntoParams> IntoParams for QueryPair<A, B> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = A::into_params(&place);
        all.extend(B::into_params(&place));
        all
    }
}

impl<'de, A: DeserializeOwned, B: DeserializeOwned> Deserialize<'de> for QueryPair<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let shared = serde_json::from_value(value.clone()).map_err(D::Error::custom)?;
        Ok(Self(shared, serde_json::from_value(value).map_err(D::Error::custom)?))
    }
}
