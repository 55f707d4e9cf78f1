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
    convert(&mut old);
    old
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
}
