//! Checks bodies and queries against the schemas of the document; reports every wrong place, not
//! only the first.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, PoisonError, RwLock};

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::document::inline_scalars;
use crate::http::plain_text::{child, nul_errors};
use crate::http::schemas::{parameter_schemas, schemas_of};

/// A compiled schema.
pub(crate) struct SchemaCheck {
    validator: Validator,
    /// For a query: the schema of each parameter by its name.
    pub parameters: BTreeMap<String, Value>,
}

type Cache = RwLock<HashMap<TypeId, &'static SchemaCheck>>;
static CACHE: LazyLock<Cache> = LazyLock::new(Cache::default);

impl SchemaCheck {
    /// The check of a body of type `T`.
    pub(crate) fn of_body<T: ToSchema + 'static>() -> Result<&'static Self, String> {
        cached(TypeId::of::<T>(), || {
            let name = T::name().into_owned();
            let mut schema = json!({
                "$ref": format!("#/components/schemas/{name}"),
                "components": {"schemas": schemas_of::<T>()},
            });
            // As in the document, so that a wrong amount is not reported as a wrong choice.
            inline_scalars(&mut schema);
            Self::compile(&schema, BTreeMap::new())
        })
    }

    /// The check of a query of type `T`, as an object of its parameters.
    pub(crate) fn of_query<T: IntoParams + 'static>() -> Result<&'static Self, String> {
        cached(TypeId::of::<T>(), || {
            let described = serde_json::to_value(T::into_params(|| None));
            let known = parameter_schemas();
            let mut parameters = BTreeMap::new();
            let mut required = Vec::new();
            for parameter in described.ok().iter().filter_map(Value::as_array).flatten() {
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                if parameter.get("required") == Some(&Value::Bool(true)) {
                    required.push(name.to_owned());
                }
                let schema = parameter.get("schema").unwrap_or(&Value::Null);
                parameters.insert(name.to_owned(), resolved(schema, &known));
            }
            let schema = json!({
                "type": "object", "additionalProperties": false,
                "required": required, "properties": parameters,
            });
            Self::compile(&schema, parameters)
        })
    }

    fn compile(schema: &Value, parameters: BTreeMap<String, Value>) -> Result<Self, String> {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(schema)
            .map_err(|e| format!("a schema of the document does not compile: {e}"))?;
        Ok(Self { validator, parameters })
    }

    /// Every place where `value` does not match the schema, or contains U+0000.
    pub(crate) fn errors(&self, value: &Value) -> Vec<FieldError> {
        let unlike = self.validator.iter_errors(value).flat_map(|e| field_errors(&e));
        unlike.chain(nul_errors(value)).collect()
    }
}

/// A parameter's schema without references; the text of a query is converted by its type.
fn resolved(schema: &Value, known: &BTreeMap<String, Value>) -> Value {
    let target = schema.get("$ref").and_then(Value::as_str);
    let name = target.and_then(|t| t.strip_prefix("#/components/schemas/"));
    let mut schema = name.and_then(|n| known.get(n)).unwrap_or(schema).clone();
    if let Some(items) = schema.get_mut("items") {
        *items = resolved(items, known);
    }
    schema
}

fn cached(
    id: TypeId,
    make: impl FnOnce() -> Result<SchemaCheck, String>,
) -> Result<&'static SchemaCheck, String> {
    if let Some(known) = CACHE.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(known);
    }
    // Leaks once per type and process; schemas are as static as their types.
    let check: &'static SchemaCheck = Box::leak(Box::new(make()?));
    CACHE.write().unwrap_or_else(PoisonError::into_inner).insert(id, check);
    Ok(check)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's list of keywords is its own")]
fn field_errors(error: &ValidationError<'_>) -> Vec<FieldError> {
    let pointer = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| FieldError::new(child(&pointer, name), "unknown", unknown()))
            .collect(),
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![FieldError::new(
                child(&pointer, name),
                "required",
                Words::new("必须填写。", "Required."),
            )]
        }
        kind => {
            let (code, words) = complaint(kind, &pointer, error.instance());
            vec![FieldError::new(pointer, code, words)]
        }
    }
}

fn unknown() -> Words {
    Words::new(
        "没有这个字段；请核对拼写，或查看接口文档。",
        "There is no such field. Check its spelling against the document.",
    )
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's list of keywords is its own")]
fn complaint(kind: &ValidationErrorKind, at: &str, value: &Value) -> (&'static str, Words) {
    match kind {
        ValidationErrorKind::Type { .. } if at.contains("_wan") && value.is_number() => (
            "number-for-money",
            Words::new(
                "金额请用字符串填写，单位万元，例如 \"119500.00\"；数字在传输中可能失去精度。",
                "Write amounts as a string in 万元, such as \"119500.00\": a JSON number may lose digits on its way.",
            ),
        ),
        ValidationErrorKind::Type { .. } => {
            let wanted = wanted_types(kind);
            (
                "wrong-type",
                Words::new(format!("类型应为 {wanted}。"), format!("Must be of type {wanted}.")),
            )
        }
        ValidationErrorKind::Pattern { pattern } => (
            "wrong-form",
            Words::new(
                format!("格式不对，应符合 {pattern}。"),
                format!("Wrong form: must match {pattern}."),
            ),
        ),
        ValidationErrorKind::Format { format } => (
            "wrong-form",
            Words::new(
                format!("格式不对，应为 {format}，例如日期 2021-06-30。"),
                format!("Wrong form: must be a {format}, such as the date 2021-06-30."),
            ),
        ),
        ValidationErrorKind::Enum { options } => (
            "not-one-of",
            Words::new(
                format!("只能是其中之一：{options}。"),
                format!("Must be one of {options}."),
            ),
        ),
        _ => bounds(kind),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's list of keywords is its own")]
fn bounds(kind: &ValidationErrorKind) -> (&'static str, Words) {
    match kind {
        ValidationErrorKind::MinLength { limit } => (
            "too-short",
            Words::new(format!("至少 {limit} 个字。"), format!("At least {limit} characters.")),
        ),
        ValidationErrorKind::MaxLength { limit } => (
            "too-long",
            Words::new(format!("至多 {limit} 个字。"), format!("At most {limit} characters.")),
        ),
        ValidationErrorKind::Minimum { limit } => {
            ("too-small", Words::new(format!("不能小于 {limit}。"), format!("At least {limit}.")))
        }
        ValidationErrorKind::Maximum { limit } => {
            ("too-large", Words::new(format!("不能大于 {limit}。"), format!("At most {limit}.")))
        }
        ValidationErrorKind::MinItems { limit } => (
            "too-few",
            Words::new(format!("至少 {limit} 项。"), format!("At least {limit} items.")),
        ),
        ValidationErrorKind::MaxItems { limit } => (
            "too-many",
            Words::new(format!("至多 {limit} 项。"), format!("At most {limit} items.")),
        ),
        ValidationErrorKind::UniqueItems => {
            ("repeated", Words::new("各项不能重复。", "Items must differ from each other."))
        }
        _ => ("wrong", Words::new("内容不符合接口文档。", "Not what the document describes.")),
    }
}

fn wanted_types(kind: &ValidationErrorKind) -> String {
    use jsonschema::error::TypeKind;
    let ValidationErrorKind::Type { kind } = kind else { return String::new() };
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(many) => {
            many.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" | ")
        }
    }
}
