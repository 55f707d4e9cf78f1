//! Query parameters and path parameters, as strictly as bodies.

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
use crate::http::problem::Problem;
use crate::http::shape::Shape;
use crate::http::sheet::Whole;
use crate::http::signature::{Argument, Entry};

/// The query string as a `T`: unknown and repeated parameters are refused, except that a list may
/// be given by repeating its name.
pub struct Query<T>(pub T);

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
        let whole = request.extensions().contains::<Whole>();
        ready(parse(request.query_string(), whole).map(Self))
    }
}

/// The query string as a `T`; `whole` when a list shall come as a whole.
///
/// # Errors
/// 400 that names every parameter that is wrong.
pub fn parse<T: DeserializeOwned + IntoParams + 'static>(
    query: &str,
    whole: bool,
) -> Result<T, Problem> {
    let shape = Shape::of_query::<T>().map_err(Problem::broken)?;
    let mut object = Map::new();
    let mut errors = Vec::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        match shape.parameters.get(name.as_ref()) {
            Some(schema) if type_of(schema) == "array" => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(typed(&text, items));
                }
            }
            Some(_) if object.contains_key(name.as_ref()) => errors.push(repeated(&name)),
            schema => {
                let value = typed(&text, schema.unwrap_or(&Value::Null));
                object.insert(name.into_owned(), value);
            }
        }
    }
    let mut value = Value::Object(object);
    errors.extend(shape.errors(&value).into_iter().map(in_query));
    if !errors.is_empty() {
        return Err(Problem::bad_parameters(errors));
    }
    if let Value::Object(object) = &mut value
        && whole
        && shape.parameters.contains_key("limit")
    {
        object.entry("limit").or_insert_with(|| WHOLE.into());
    }
    serde_json::from_value(value).map_err(|e| {
        let words = Words::new(format!("查询参数不符合要求：{e}。"), format!("{e}."));
        Problem::bad_parameters(vec![FieldError::new("?".to_owned(), "wrong", words)])
    })
}

/// `/limit` becomes `?limit`: a pointer into the query string.
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
        // A list with "null" in it: the other one counts.
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or("")
        }
        _ => "",
    }
}

/// Text as the type its schema asks for; left as text where it cannot be, for the shape to refuse.
fn typed(text: &str, schema: &Value) -> Value {
    let as_text = || Value::String(text.to_owned());
    match type_of(schema) {
        "integer" => text.parse::<i64>().map_or_else(|_| as_text(), Value::from),
        "boolean" => text.parse::<bool>().map_or_else(|_| as_text(), Value::from),
        _ => as_text(),
    }
}

/// The `{parameters}` of the path as a `T`; what cannot be one is simply not there.
pub struct Path<T>(pub T);

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

/// Most items of a list that is wanted whole.
pub const WHOLE: i64 = crate::store::page::WHOLE;

/// How many items a page holds unless asked.
pub fn default_limit() -> i64 {
    crate::store::page::USUAL
}

/// Two sets of parameters in one query: what several operations share, and what one adds.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: IntoParams, B: IntoParams> IntoParams for Both<A, B> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = A::into_params(&place);
        all.extend(B::into_params(&place));
        all
    }
}

impl<'de, A: DeserializeOwned, B: DeserializeOwned> Deserialize<'de> for Both<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let shared = serde_json::from_value(value.clone()).map_err(D::Error::custom)?;
        Ok(Self(shared, serde_json::from_value(value).map_err(D::Error::custom)?))
    }
}
