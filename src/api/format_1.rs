//! Headers of replies that release 0.1.0 stored without them.
//!
//! Format 1 of a stored reply was the JSON of the answer alone. Its headers follow from the answer
//! and the path of the request. Format 1 is kept for 72 hours after an upgrade.

use serde_json::Value;

use crate::http::PREFIX;
use crate::http::stored::Format1Headers;

/// The headers release 0.1.0 sent with `answer` to a POST to `path`.
pub(crate) fn headers(answer: &Value, path: &str) -> Format1Headers {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let number = |name: &str| answer.get(name).and_then(Value::as_i64);
    let parent = path.rsplit_once('/').map_or(path, |(parent, _)| parent);
    let below = |name: Option<String>| name.map(|name| format!("{path}/{name}"));
    let by_id = || number("id").map(|id| id.to_string());
    let version = number("version");
    match path.rsplit('/').next().unwrap_or_default() {
        "areas" | "industries" => {
            Format1Headers { location: below(text("code").map(str::to_owned)), version }
        }
        // The answer is the thing above, with one part more.
        "secrets" | "versions" | "adjustments" => {
            Format1Headers { location: Some(parent.to_owned()), version }
        }
        // Such a thing never changes and is found in its list.
        "light-overrides" | "grants" | "restatements" => {
            Format1Headers { location: Some(path.to_owned()), version: Some(1) }
        }
        "withdrawal" => Format1Headers { location: None, version: Some(2) },
        "publication" => {
            let location = text("month").map(|month| format!("{PREFIX}/bulletins/{month}"));
            Format1Headers { location, version: Some(1) }
        }
        "test" => {
            let location = number("id").map(|id| format!("{parent}/deliveries/{id}"));
            Format1Headers { location, version }
        }
        _ => Format1Headers { location: below(by_id()), version },
    }
}
