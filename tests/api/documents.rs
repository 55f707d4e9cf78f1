//! The committed OpenAPI documents are current and complete.

use std::collections::BTreeSet;

use major_projects::testing::api;
use major_projects::testing::documents::pretty;
use major_projects::testing::{document, document30};
use serde_json::Value;

use crate::support::run::Once;

/// Tests of this file.
pub const ALL: Once = &[
    ("documents::the_committed_documents_are_current", the_committed_documents_are_current),
    ("documents::every_operation_is_described", every_operation_is_described),
    ("documents::every_field_is_described", every_field_is_described),
    ("documents::no_reference_dangles_and_no_schema_is_unused", no_reference_dangles),
    ("documents::enumeration_values_are_lower_snake", enumeration_values_are_lower_snake),
    ("documents::generated_names_do_not_clash", generated_names_do_not_clash),
    ("documents::no_name_stands_for_two_schemas", no_name_stands_for_two_schemas),
    ("documents::every_example_is_accepted", every_example_is_accepted),
    ("documents::json_stands_before_other_media_types", json_stands_before_other_media_types),
];

fn no_name_stands_for_two_schemas() {
    assert_eq!(api::routes().clashes(), &BTreeSet::new());
}

/// The OpenAPI document as the program generates it.
pub fn document() -> Value {
    document::document(&api::routes())
}

fn the_committed_documents_are_current() {
    let new = document();
    for (file, document) in
        [("openapi.json", new.clone()), ("openapi-3.0.json", document30::down_convert(&new))]
    {
        let path = format!("{}/openapi/{file}", env!("CARGO_MANIFEST_DIR"));
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(
            committed == pretty(&document),
            "openapi/{file} is not the program's; run: just openapi"
        );
    }
}

/// `(path, method, operation)` of every operation.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods.iter().map(move |(method, op)| (path.clone(), method.clone(), op.clone()))
        })
        .collect()
}

fn every_operation_is_described() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let verbs = [
        "list", "get", "create", "update", "put", "replace", "end", "refresh", "change", "reset",
        "move", "submit", "return", "confirm", "close", "adjust", "withdraw", "revoke", "publish",
        "raise", "assign", "work", "escalate", "propose", "clear", "delete", "retry", "test",
        "approve", "refuse",
    ];
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{at}: {id} stands twice");
        assert!(
            verbs.iter().any(|v| id.starts_with(&format!("{v}_"))),
            "{at}: {id} is no verb_noun"
        );
        for part in ["summary", "description"] {
            assert!(operation[part].as_str().is_some_and(|t| t.len() > 5), "{at} has no {part}");
        }
        assert!(
            tags.contains(operation["tags"][0].as_str().unwrap()),
            "{at} has no tag of the list"
        );
        let responses = operation["responses"].as_object().unwrap();
        let success: Vec<_> = responses.iter().filter(|(s, _)| s.starts_with('2')).collect();
        assert!(!success.is_empty(), "{at} never succeeds");
        for (status, response) in success {
            assert!(
                status == "204"
                    || response.pointer("/content/application~1json/schema").is_some()
                    || response.pointer("/content/application~1octet-stream/schema").is_some(),
                "{at} {status}"
            );
        }
        assert!(responses.keys().any(|s| s.starts_with('4')), "{at} never fails");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(
                parameter["description"].as_str().is_some_and(|d| d.len() > 5),
                "{at}: {parameter}"
            );
        }
    }
    assert!(ids.len() > 40, "{} operations", ids.len());
}

fn every_field_is_described() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "schema {name} says nothing");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{field} says nothing");
        }
    }
}

/// Generators derive identifiers from enumeration values, so these must be valid identifiers.
fn enumeration_values_are_lower_snake() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for value in schema["enum"].as_array().into_iter().flatten() {
            let text = value.as_str().unwrap();
            // Scopes follow the OAuth convention: resource, colon, action.
            let colon = name == "ClientScope";
            // Kinds of events are `noun.verb`.
            let dot = name == "EventKind";
            let plain = text.chars().all(|c| {
                c.is_ascii_lowercase() || c == '_' || colon && c == ':' || dot && c == '.'
            });
            assert!(plain && !text.is_empty(), "{name}: {text}");
        }
    }
}

fn generated_names_do_not_clash() {
    // Words that a generator cannot use as the name of a type, or uses itself.
    const TAKEN: [&str; 8] =
        ["Client", "Return", "Scope", "Warning", "Error", "Exception", "Object", "Type"];
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let taken: Vec<&String> = schemas.keys().filter(|n| TAKEN.contains(&n.as_str())).collect();
    assert_eq!(taken, [""; 0]);

    // Generators for Go make constants of the whole package of them.
    let (mut names, mut count) = (BTreeSet::new(), 0);
    for schema in schemas.values() {
        let Some(values) = schema["enum"].as_array() else { continue };
        let named = schema["x-enum-varnames"].as_array().unwrap();
        assert_eq!(named.len(), values.len());
        count += named.len();
        names.extend(named.iter().map(|name| name.as_str().unwrap()));
    }
    assert!(count > 150 && names.len() == count, "{count} values, {} names", names.len());

    // A tag of an incoming request must not be one of an operation: generators write one file for
    // each tag and side, and the second replaces the first.
    let tags = |part: &str| -> BTreeSet<String> {
        let operations = document[part].as_object().unwrap().values();
        let operations = operations.flat_map(|path| path.as_object().unwrap().values());
        let tags = operations.filter_map(|operation| operation["tags"].as_array()).flatten();
        tags.map(|tag| tag.as_str().unwrap().to_owned()).collect()
    };
    assert!(tags("paths").is_disjoint(&tags("webhooks")) && !tags("webhooks").is_empty());
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

fn no_reference_dangles() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} refers to nothing");
    }
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(reference.as_str()), "nothing refers to {reference}");
        }
    }
}

fn every_example_is_accepted() {
    let document = document();
    let mut examples = 0;
    for (path, method, operation) in operations(&document) {
        let Some(reference) = operation
            .pointer("/requestBody/content/application~1json/schema/$ref")
            .and_then(Value::as_str)
        else {
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let example =
            schema.get("example").unwrap_or_else(|| panic!("{method} {path}: no example"));
        let whole = serde_json::json!({"$ref": reference, "components": document["components"]});
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
        let errors: Vec<_> = validator.iter_errors(example).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{method} {path}: {errors:?}");
        examples += 1;
    }
    assert!(examples > 15, "{examples} examples");
}

/// Client generators use the first media type.
fn json_stands_before_other_media_types() {
    let text = pretty(&document());
    let mut several = 0;
    for content in text.split("\"content\": {").skip(1) {
        let block = content.split("\"description\"").next().unwrap();
        let kinds: Vec<&str> = block
            .lines()
            .filter_map(|line| line.trim().strip_suffix("\": {"))
            .filter_map(|name| name.strip_prefix('"'))
            .filter(|name| name.contains('/'))
            .collect();
        if kinds.contains(&"application/json") {
            assert_eq!(kinds[0], "application/json", "{kinds:?}");
            several += usize::from(kinds.len() > 1);
        }
    }
    assert!(several > 20, "{several}");
}
