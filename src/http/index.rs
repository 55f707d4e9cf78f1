//! `/api/v1`: the resources, each with its address and its sentence.

use serde_json::{Value, json};

use crate::http::PREFIX;
use crate::http::routes::Routes;

/// The lists of the API that are read without parameters in their path, by path.
pub(super) fn index(routes: &Routes) -> Value {
    let mut paths: Vec<_> = routes
        .operations()
        .filter(|(path, method, _)| method == "get" && !path.contains('{'))
        .map(|(path, _, operation)| {
            json!({
                "href": format!("{PREFIX}{path}"),
                "title": operation.get("summary"),
                "tag": operation.pointer("/tags/0"),
            })
        })
        .collect();
    paths.sort_by_key(|resource| resource.get("href").map(Value::to_string));
    json!({
        "title": "Major Projects",
        "version": env!("CARGO_PKG_VERSION"),
        "openapi": "/openapi.json",
        "openapi_3_0": "/openapi-3.0.json",
        "documentation": "/docs/",
        "problems": "/problems",
        "log_in": format!("{PREFIX}/sessions"),
        "resources": paths,
    })
}
