//! Text of a request: UTF-8 without U+0000, wherever it stands.
//!
//! PostgreSQL cannot store U+0000 and SQLite can, and the usual decoders replace what is not UTF-8
//! by U+FFFD, so that a search for it finds nothing. Both are refused here, before a handler runs:
//! in the address by [`check_address`], in a form by [`pairs`]; texts of JSON by [`nul_errors`],
//! which [`crate::http::schema_check`] calls for bodies, queries and rows of files alike.

use actix_web::dev::ServiceRequest;
use serde_json::Value;

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::problem::Problem;

/// A name and its value, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// The pairs of a query or of a form (`application/x-www-form-urlencoded`), in the order sent.
///
/// # Errors
/// One per pair that is not text; its pointer is `mark` and the name.
pub(crate) fn pairs(encoded: &[u8], mark: char) -> Result<Vec<Pair>, Vec<FieldError>> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for part in encoded.split(|b| *b == b'&').filter(|part| !part.is_empty()) {
        let at = part.iter().position(|b| *b == b'=').unwrap_or(part.len());
        let (name, value) = part.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        let shown = String::from_utf8_lossy(&decoded(name, true)).replace('\0', "\u{fffd}");
        let pointer = format!("{mark}{shown}");
        match (form_text(name), form_text(value)) {
            (Ok(name), Ok(value)) => found.push(Pair { name, value }),
            (Err(flaw), _) | (_, Err(flaw)) => errors.push(flaw.at(pointer)),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// Checks the path and the query of a request.
///
/// # Errors
/// 400 that names every parameter that is not text: `?name` of the query, `{name}` of the path.
pub(crate) fn check_address(request: &ServiceRequest) -> Result<(), Problem> {
    let mut errors = path_errors(request);
    errors.extend(pairs(request.query_string().as_bytes(), '?').err().unwrap_or_default());
    if errors.is_empty() { Ok(()) } else { Err(Problem::bad_parameters(errors)) }
}

fn path_errors(request: &ServiceRequest) -> Vec<FieldError> {
    let pattern = request.resource_map().match_pattern(request.path()).unwrap_or_default();
    let mut names = pattern.split('/');
    let parts = request.uri().path().split('/').map(|part| (part, names.next().unwrap_or("")));
    let error = |(part, name): (&str, &str)| {
        let flaw = text(&decoded(part.as_bytes(), false)).err()?;
        Some(flaw.at(if name.starts_with('{') { name } else { "" }.to_owned()))
    };
    parts.filter_map(error).collect()
}

/// The places of `value` whose text contains U+0000.
pub(crate) fn nul_errors(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    collect_nuls(value, "", &mut errors);
    errors
}

fn collect_nuls(value: &Value, at: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            errors.push(TextFlaw::Nul.at(at.to_owned()));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_nuls(item, &format!("{at}/{index}"), errors);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect_nuls(field, &child(at, name), errors);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// JSON pointer of the field `name` of the object at `at`.
pub(crate) fn child(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Why bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFlaw {
    /// They are not UTF-8.
    NotUtf8,
    /// They contain U+0000.
    Nul,
}

impl TextFlaw {
    /// The error of the parameter or field at `pointer`.
    pub(crate) fn at(self, pointer: String) -> FieldError {
        match self {
            Self::NotUtf8 => FieldError::new(
                pointer,
                "not-utf-8",
                Words::new(
                    "不是 UTF-8 文字；请先按 UTF-8 编码，再作百分号编码。",
                    "Not UTF-8 text. Encode it as UTF-8 before percent-encoding it.",
                ),
            ),
            Self::Nul => FieldError::new(
                pointer,
                "control-character",
                Words::new(
                    "含有不可见的控制字符 U+0000，请删除。",
                    "Contains the control character U+0000. Remove it.",
                ),
            ),
        }
    }
}

/// The text of `bytes`.
///
/// # Errors
/// [`TextFlaw`]
pub(crate) fn text(bytes: &[u8]) -> Result<String, TextFlaw> {
    let text = std::str::from_utf8(bytes).map_err(|_| TextFlaw::NotUtf8)?;
    if text.contains('\0') { Err(TextFlaw::Nul) } else { Ok(text.to_owned()) }
}

/// The text of an encoded part of a form.
///
/// # Errors
/// [`TextFlaw`]
pub(crate) fn form_text(encoded: &[u8]) -> Result<String, TextFlaw> {
    text(&decoded(encoded, true))
}

/// Percent-decodes; a `%` without two hexadecimal digits stands for itself, as in browsers.
/// `form` reads `+` as a space.
fn decoded(encoded: &[u8], form: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if let Some(byte) = hexadecimal(*high, *low) => {
                bytes.push(byte);
                rest = after;
            }
            (b'+', _) if form => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
    }
    bytes
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn codes(encoded: &str) -> Vec<(String, &'static str)> {
        let errors = pairs(encoded.as_bytes(), '?').err().unwrap_or_default();
        errors.into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn every_pair_that_is_not_text_is_named() {
        let flawed = codes("q=%00&area=a&name=%ff&q=a%C3&x=%ED%A0%80&%00=1&%fe=1&ok=%E6%B5%B7");

        let expected = [
            ("?q", "control-character"),
            ("?name", "not-utf-8"),
            ("?q", "not-utf-8"),
            ("?x", "not-utf-8"),
            ("?\u{fffd}", "control-character"),
            ("?\u{fffd}", "not-utf-8"),
        ];
        assert_eq!(flawed, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        for fine in ["", "&&", "a", "a=", "q=%", "q=%4", "q=100%25&b=%zz", "q=%EF%BF%BD", "a=b=c"] {
            assert_eq!(codes(fine), [], "{fine}");
        }
    }

    #[test]
    fn texts_of_json_are_searched_to_any_depth() {
        let body = json!({"a": "x\0", "b": ["y", {"c/d": "\0"}], "n": 1, "ok": ""});

        let pointers: Vec<_> = nul_errors(&body).into_iter().map(|e| e.pointer).collect();

        assert_eq!(pointers, ["/a", "/b/1/c~1d"]);
    }

    proptest! {
        #[test]
        fn what_is_text_is_read_as_the_standard_says(query in "[a-c=&%+0-9A-F\u{4e2d}]{0,24}") {
            let standard: Vec<Pair> = form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| Pair { name: name.into_owned(), value: value.into_owned() })
                .collect();
            if let Ok(found) = pairs(query.as_bytes(), '?') {
                prop_assert_eq!(found, standard);
            } else {
                let odd = |text: &str| text.contains(['\0', '\u{fffd}']);
                prop_assert!(standard.iter().any(|p| odd(&p.name) || odd(&p.value)));
            }
        }
    }
}
