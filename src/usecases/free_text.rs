//! Warnings about telephone and identity numbers in what is entered: free text is kept for ever, and
//! personal data belongs into its own fields, which can be erased.

use serde_json::Value;

use crate::domain::error::FieldError;
use crate::domain::personal_number::{PersonalNumber, found_in};
use crate::domain::words::Words;

/// Most warnings of one request or row.
const MOST: usize = 20;

/// Fields that are no free text: personal data of their own, secrets, codes and numbers. Every other
/// text is checked, so that a new field cannot be forgotten.
const NOT_FREE: [&str; 17] = [
    "client_id",
    "client_secret",
    "code",
    "contact",
    "credit_code",
    "current_password",
    "latitude",
    "longitude",
    "new_password",
    "password",
    "phone",
    "proof",
    "refresh_token",
    "texts",
    "url",
    "username",
    "value",
];

/// True for a field that may hold any words.
fn is_free(field: &str) -> bool {
    !NOT_FREE.contains(&field) && !field.ends_with("_wan")
}

/// A warning for each field of `value` whose text seems to have a personal number; `pointer` is that
/// of `value`.
pub(crate) fn personal_numbers(pointer: &str, value: &Value) -> Vec<FieldError> {
    let mut found = Vec::new();
    collect(pointer, value, &mut found);
    found
}

fn collect(pointer: &str, value: &Value, found: &mut Vec<FieldError>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| is_free(name)) {
                collect(&format!("{pointer}/{name}"), value, found);
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                collect(&format!("{pointer}/{nth}"), item, found);
            }
        }
        Value::String(text) => {
            let room = MOST.saturating_sub(found.len());
            found.extend(found_in(text).into_iter().take(room).map(|kind| warning(pointer, kind)));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn warning(pointer: &str, kind: PersonalNumber) -> FieldError {
    let (code, words) = match kind {
        PersonalNumber::Telephone => (
            "telephone-number",
            Words::new(
                "文字中似有电话号码。文字长期保存，不能删除；电话请填在“联系电话”。",
                "The text seems to have a telephone number. Texts are kept for ever; enter telephones in the fields for contacts.",
            ),
        ),
        PersonalNumber::Identity => (
            "identity-number",
            Words::new(
                "文字中似有公民身份号码。文字长期保存，不能删除；请勿填写身份证号。",
                "The text seems to have the number of an identity card. Texts are kept for ever; leave it out.",
            ),
        ),
    };
    FieldError::new(pointer, code, words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_checked_but_fields_of_their_own() {
        let body = json!({
            "remarks": "电话13800138000", "contact": "张三13800138000", "phone": "13800138000",
            "total_investment_wan": "13800138000.00", "code": "2101-440100-04-01-123456", "number": 13_800_138_000_i64,
            "units": [{"contact": "13800138000", "note": "11010519491231002X"}], "leader": null,
        });

        let mut found: Vec<_> =
            personal_numbers("/items/3", &body).into_iter().map(|e| (e.pointer, e.code)).collect();

        found.sort();
        let expected = [
            ("/items/3/remarks", "telephone-number"),
            ("/items/3/units/0/note", "identity-number"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn the_number_of_warnings_is_limited() {
        let many: Vec<&str> = vec!["13800138000"; 1_000];

        assert_eq!(personal_numbers("", &json!(many)).len(), MOST);
    }
}
