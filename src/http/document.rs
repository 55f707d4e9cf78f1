//! The OpenAPI 3.1 document: the operations of the routes with title, tags, security and shared
//! failures.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::account::scope::ClientScope;
use crate::http::free_text;
use crate::http::routes::Routes;
use crate::http::schemas::{parameter_schemas, schemas_of};
use crate::http::signature::{QUOTA_HEADERS, problem_content};

const DESCRIPTION: &str = "The register and reporting system for a government's major projects (重大项目调度).\n\n\
Amounts are strings in 万元 and their fields end in `_wan`. Months are `YYYY-MM`, dates ISO 8601, instants UTC. \
Every rate shows its numerator and denominator. Errors are `application/problem+json`, in Chinese unless \
`Accept-Language` prefers English; `/problems/{code}` explains each code. Resources that can be changed have an ETag; \
changes need `If-Match`. `/api/v1` lists the resources.\n\n\
**What may change within version 1.** Fields, parameters, operations, problem codes, kinds of events and values of \
enumerations may be added. Ignore fields you do not know, and treat an unknown value of an enumeration as \"other\". \
Nothing is removed, renamed or given another meaning or type.\n\n\
**Deprecation.** What is to go is marked `deprecated` here and in the changelog with its replacement, and stays for at \
least twelve months and two releases. Its answers then carry `Deprecation` and `Sunset` (RFC 9745, RFC 8594). Version 1 \
itself stays for at least twelve months after a version 2.\n\n\
**Waiting.** 429 (a quota, or logging in and tokens too often), 503 (busy) and 409 `idempotency-running` carry `Retry-After` in seconds.\n\n\
**Warnings.** What is unusual never blocks a change; its answer has `warnings`. Every text is checked for telephone numbers \
(`telephone-number`) and numbers of identity cards (`identity-number`), with the pointer of the field: texts are kept for ever.\n\n\
**Quotas.** An account and an address each have a number of requests per minute. Every answer states them in `RateLimit-Policy` and \
`RateLimit` (draft-ietf-httpapi-ratelimit-headers). A request counts as `x-quota-requests` of its operation, and as 20 when it asks for \
CSV or a workbook. Above a quota the answer is 429 `quota-exceeded`.";

/// Stands in the description of every enumeration.
const GROWS: &str = "Later releases may add values.";

/// The document of everything in `routes`, OpenAPI 3.1.
pub fn document(routes: &Routes) -> Value {
    let mut schemas = routes.schemas().clone();
    schemas.extend(schemas_of::<crate::http::problem_body::ProblemBody>());
    schemas.extend(parameter_schemas());
    let tag =
        |(name, description): &(&str, &str)| json!({"name": name, "description": description});
    let tags: Vec<Value> = routes.tags().iter().map(tag).collect();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (path, method, operation) in routes.operations() {
        paths.entry(path).or_default().insert(method, operation.clone());
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Major Projects",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "重大项目调度: a register of major projects, their plans and their progress",
            "description": DESCRIPTION,
            "contact": {"name": "The maintainers of Major Projects"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": crate::http::PREFIX, "description": "This server."}],
        "tags": tags,
        "paths": paths,
        "webhooks": routes.webhooks(),
        "components": {
            "schemas": schemas,
            "responses": failures(),
            "securitySchemes": security_schemes(),
        },
    });
    if let Some(schemas) =
        document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        schemas.values_mut().for_each(join_inline_parts);
    }
    free_text::describe(&mut document);
    inline_scalars(&mut document);
    if let Some(schemas) =
        document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        for (name, schema) in schemas {
            name_enum_values(name, schema);
            say_that_it_may_grow(schema);
        }
    }
    document
}

fn security_schemes() -> Value {
    let scopes: BTreeMap<&str, &str> =
        ClientScope::ALL.iter().map(|scope| (scope.as_str(), scope.summary())).collect();
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The `access_token` of `POST /sessions`. The operation's `x-roles` lists the roles that may call it.",
        },
        "oauth": {
            "type": "oauth2",
            "description": "The `access_token` of `POST /oauth/token`, for machine clients. A client may do what both its role \
                and its scopes permit: it needs a role of `x-roles`, and one scope of `x-required-scopes` if any is listed.",
            "flows": {"clientCredentials": {
                "tokenUrl": format!("{}/oauth/token", crate::http::PREFIX),
                "scopes": scopes,
            }},
        },
    })
}

/// Gives the values of an enumeration names that contain the name of the enumeration: generators
/// for Go make package-wide constants of them, and `open` is a value of three enumerations.
fn name_enum_values(name: &str, schema: &mut Value) {
    let mut prefix = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(c.to_ascii_uppercase());
    }
    let constant = |value: &str| {
        let value = value.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        format!("{prefix}_{}", value.to_ascii_uppercase())
    };
    let Some(values) = schema.get("enum").and_then(Value::as_array) else { return };
    let names: Vec<String> = values.iter().filter_map(Value::as_str).map(constant).collect();
    schema["x-enum-varnames"] = json!(names);
}

/// Adds to the description of an enumeration that later releases may add values.
fn say_that_it_may_grow(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut().filter(|s| s.contains_key("enum")) else { return };
    let said = schema.get("description").and_then(Value::as_str).unwrap_or_default().trim();
    if !said.contains(GROWS) {
        let words = format!("{said} {GROWS}").trim().to_owned();
        schema.insert("description".into(), Value::String(words));
    }
}

/// Joins the parts of an `allOf` that are objects without a name, so that answers which share
/// flattened fields stay flat. Parts with a name stay references.
fn join_inline_parts(schema: &mut Value) {
    let Some(parts) = schema.get_mut("allOf").map(Value::take) else { return };
    let mut named = Vec::new();
    let mut joined = Map::new();
    split_parts(parts, &mut named, &mut joined);
    let Some(schema) = schema.as_object_mut() else { return };
    if named.is_empty() {
        schema.remove("allOf");
        for (key, value) in joined {
            schema.entry(key).or_insert(value);
        }
    } else {
        if !joined.is_empty() {
            named.push(Value::Object(joined));
        }
        schema.insert("allOf".into(), Value::Array(named));
    }
}

fn split_parts(parts: Value, named: &mut Vec<Value>, joined: &mut Map<String, Value>) {
    let Value::Array(parts) = parts else { return };
    for mut part in parts {
        if let Some(inner) = part.get_mut("allOf").map(Value::take) {
            split_parts(inner, named, joined);
        } else if part.get("$ref").is_some() {
            named.push(part);
        } else {
            join(part, joined);
        }
    }
}

/// Adds the properties of the object schema `part` to those of `joined`.
fn join(part: Value, joined: &mut Map<String, Value>) {
    let Value::Object(part) = part else { return };
    for (key, value) in part {
        match (joined.get_mut(&key), value) {
            (Some(Value::Object(all)), Value::Object(more)) => all.extend(more),
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                if key != "description" {
                    joined.insert(key, value);
                }
            }
        }
    }
}

/// One shared response per failure status.
fn failures() -> Map<String, Value> {
    let words = [
        (400, "The request cannot be read, or a query parameter is wrong."),
        (401, "The token is missing or invalid."),
        (403, "Your role may not do this."),
        (404, "It does not exist, or you may not see it."),
        (408, "The body did not arrive in time."),
        (412, "It has changed since you read it."),
        (413, "The body is too large."),
        (415, "The body must be JSON."),
        (422, "The body is invalid; `errors` names every wrong field."),
        (428, "`If-Match` (or `If-None-Match: *`) is missing."),
        (429, "Too many requests; try again after `Retry-After` seconds."),
        (500, "A fault of the server, logged with the request id."),
        (
            503,
            "The server is busy; try again after `Retry-After` seconds. With the code `outcome-unknown` the change may have been saved.",
        ),
        (507, "The disk of the database is full; nothing was saved."),
    ];
    let response = |(status, description): (u16, &str)| {
        let mut body = json!({"description": description, "content": problem_content()});
        if let Some(body) = body.as_object_mut().filter(|_| matches!(status, 429 | 503)) {
            let mut headers = retry_after();
            for (name, description) in QUOTA_HEADERS.iter().filter(|_| status == 429) {
                let header = json!({"description": description, "schema": {"type": "string"}});
                if let Some(headers) = headers.as_object_mut() {
                    headers.insert((*name).to_owned(), header);
                }
            }
            body.insert("headers".into(), headers);
        }
        (format!("Problem{status}"), body)
    };
    words.into_iter().map(response).collect()
}

/// The header of an answer that asks to wait.
fn retry_after() -> Value {
    json!({"Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "minimum": 0},
    }})
}

/// Replaces references to text and number types (amounts, months, ids) by their schemas, so that
/// client generators use `string` instead of a class of their own. Enumerations stay named.
pub fn inline_scalars(document: &mut Value) {
    let mut scalars = BTreeMap::new();
    if let Some(schemas) =
        document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        schemas.retain(|name, schema| {
            let scalar = schema.get("enum").is_none()
                && matches!(
                    schema.get("type").and_then(Value::as_str),
                    Some("string" | "integer" | "number")
                );
            if scalar {
                scalars.insert(format!("#/components/schemas/{name}"), schema.clone());
            }
            !scalar
        });
    }
    replace_refs(document, &scalars);
}

fn replace_refs(value: &mut Value, scalars: &BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => {
            join_nullable(map, scalars);
            let target = map.get("$ref").and_then(Value::as_str).and_then(|r| scalars.get(r));
            if let Some(Value::Object(scalar)) = target.cloned() {
                map.remove("$ref");
                for (key, part) in scalar {
                    map.entry(key).or_insert(part);
                }
            }
            map.values_mut().for_each(|inner| replace_refs(inner, scalars));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| replace_refs(inner, scalars)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Turns `oneOf: [null, scalar]` into one schema of type `[scalar, null]`.
fn join_nullable(map: &mut Map<String, Value>, scalars: &BTreeMap<String, Value>) {
    let Some([one, two]) = map.get("oneOf").and_then(Value::as_array).map(Vec::as_slice) else {
        return;
    };
    let is_null = |choice: &Value| choice.get("type") == Some(&json!("null"));
    let other = if is_null(one) { two } else { one };
    let target = other.get("$ref").and_then(Value::as_str).and_then(|r| scalars.get(r));
    let Some(Value::Object(scalar)) = target.filter(|_| is_null(one) != is_null(two)) else {
        return;
    };
    let mut joined = scalar.clone();
    let description = other.get("description").cloned();
    if let Some(kind) = joined.get("type").cloned() {
        joined.insert("type".into(), json!([kind, "null"]));
    }
    map.remove("oneOf");
    if let Some(description) = description {
        map.insert("description".into(), description);
    }
    for (key, part) in joined {
        map.entry(key).or_insert(part);
    }
}
