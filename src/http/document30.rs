//! The document as OpenAPI 3.0.3, for generators that do not support 3.1.

use serde_json::{Map, Value, json};

/// Converts a 3.1 document to 3.0.3.
pub fn down_convert(document: &Value) -> Value {
    let mut old = document.clone();
    if let Some(root) = old.as_object_mut() {
        root.insert("openapi".into(), json!("3.0.3"));
        // 3.0 has no webhooks.
        root.remove("webhooks");
    }
    if let Some(info) = old.get_mut("info").and_then(Value::as_object_mut) {
        info.remove("summary");
        let licence =
            json!({"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"});
        info.insert("license".into(), licence);
    }
    one_success(&mut old);
    convert(&mut old);
    old
}

/// Keeps one schema of success for each operation: the one of the lowest status.
///
/// Generators that need 3.0 give a function one type of result and stop at an operation with two
/// (`201` with the user, `202` with the proposal). The 3.1 document names both.
fn one_success(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for operations in paths.into_iter().flatten().filter_map(|(_, path)| path.as_object_mut()) {
        for (_, operation) in operations {
            let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut)
            else {
                continue;
            };
            let kept = answers.iter().find(|(status, _)| status.starts_with('2'));
            let Some(kept) = kept.map(|(_, answer)| answer.get("content").cloned()) else {
                continue;
            };
            answers.retain(|status, answer| {
                !status.starts_with('2') || answer.get("content") == kept.as_ref()
            });
        }
    }
}

fn convert(value: &mut Value) {
    match value {
        Value::Object(map) => {
            nullable_type(map);
            nullable_choice(map);
            constant(map);
            reference_alone(map);
            examples(map);
            map.values_mut().for_each(convert);
        }
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `type: [X, null]` → `type: X, nullable: true`.
fn nullable_type(map: &mut Map<String, Value>) {
    let Some(kinds) = map.get("type").and_then(Value::as_array) else {
        return;
    };
    let others: Vec<Value> = kinds.iter().filter(|k| **k != json!("null")).cloned().collect();
    let nullable = others.len() < kinds.len();
    if let [only] = others.as_slice() {
        map.insert("type".into(), only.clone());
    }
    if nullable {
        map.insert("nullable".into(), json!(true));
    }
}

/// `oneOf: [null, $ref]` → `nullable: true, allOf: [$ref]`.
fn nullable_choice(map: &mut Map<String, Value>) {
    let Some(choices) = map.get("oneOf").and_then(Value::as_array) else {
        return;
    };
    let is_null = |choice: &Value| choice.get("type") == Some(&json!("null"));
    if choices.len() == 2 && choices.iter().any(is_null) {
        let kept: Vec<Value> = choices.iter().filter(|c| !is_null(c)).cloned().collect();
        map.remove("oneOf");
        map.insert("allOf".into(), Value::Array(kept));
        map.insert("nullable".into(), json!(true));
    }
}

/// `const: x` → `enum: [x]`.
fn constant(map: &mut Map<String, Value>) {
    if let Some(only) = map.remove("const") {
        map.insert("enum".into(), json!([only]));
    }
}

/// A 3.0 reference may have no siblings: `{$ref, description}` → `{allOf: [$ref], description}`.
fn reference_alone(map: &mut Map<String, Value>) {
    if map.len() > 1
        && map.get("$ref").is_some_and(Value::is_string)
        && let Some(target) = map.remove("$ref")
    {
        map.insert("allOf".into(), json!([{"$ref": target}]));
    }
}

/// `examples: [x]` of a schema → `example: x`.
fn examples(map: &mut Map<String, Value>) {
    if let Some(first) =
        map.get("examples").and_then(Value::as_array).and_then(|e| e.first()).cloned()
    {
        map.remove("examples");
        map.insert("example".into(), first);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::down_convert;

    #[test]
    fn what_3_0_cannot_say_is_said_its_way() {
        let new = json!({
            "openapi": "3.1.0",
            "info": {"summary": "s", "license": {"name": "n", "identifier": "i"}},
            "components": {"schemas": {"A": {"properties": {
                "a": {"type": ["string", "null"], "examples": ["x"]},
                "b": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/B"}]},
                "c": {"const": 1},
                "d": {"$ref": "#/components/schemas/B", "description": "d"},
            }}}},
        });

        let old = down_convert(&new);

        assert_eq!(old["openapi"], "3.0.3");
        assert!(old["info"].get("summary").is_none());
        assert!(old["info"]["license"].get("identifier").is_none());
        assert_eq!(
            old["components"]["schemas"]["A"]["properties"],
            json!({
                "a": {"type": "string", "nullable": true, "example": "x"},
                "b": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true},
                "c": {"enum": [1]},
                "d": {"allOf": [{"$ref": "#/components/schemas/B"}], "description": "d"},
            })
        );
    }

    #[test]
    fn an_operation_has_one_schema_of_success() {
        let answer = |name: &str| {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"description": "d", "content": {"application/json": {"schema": schema}}})
        };
        let new = json!({"openapi": "3.1.0", "paths": {"/users": {"post": {"responses": {
            "201": answer("User"), "202": answer("Proposal"), "422": answer("Problem"),
        }}, "put": {"responses": {"200": answer("User"), "201": answer("User")}}}}});

        let old = down_convert(&new);

        let statuses = |method: &str| -> Vec<String> {
            let answers = old["paths"]["/users"][method]["responses"].as_object().unwrap();
            answers.keys().cloned().collect()
        };
        assert_eq!(statuses("post"), ["201", "422"]);
        assert_eq!(statuses("put"), ["200", "201"]);
    }
}
