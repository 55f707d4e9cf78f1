//! Erasure of personal data: whose data is meant, and what stands in its place.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::id::UserId;

/// Kind of the event that says what was erased.
pub(crate) const ERASURE: &str = "personal_data.erased";
/// What stands in place of a name that was erased.
pub(crate) const ERASED: &str = "（已删除）";

/// An account whose data is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ErasedAccount {
    /// Its id.
    pub id: UserId,
    /// User name.
    pub username: String,
    /// Display name.
    pub display_name: String,
}

/// The person whose data is erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DataSubject {
    /// Account of the person.
    pub account: Option<ErasedAccount>,
    /// Names, telephone numbers and addresses as they were entered.
    pub texts: Vec<String>,
}

impl DataSubject {
    /// True if `value` contains one of the texts, or is a name of the account.
    pub(crate) fn is_named_in(&self, value: &str) -> bool {
        self.texts.iter().any(|text| value.contains(text.as_str())) || self.names().contains(&value)
    }

    /// True if a text anywhere in `value` names the person, also in JSON that stands in a text.
    pub(crate) fn is_named_in_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => match within(text) {
                Some(inner) => self.is_named_in_json(&inner),
                None => self.is_named_in(text),
            },
            Value::Array(items) => items.iter().any(|item| self.is_named_in_json(item)),
            Value::Object(fields) if is_about_role(fields) => false,
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| name != ROLE && self.is_named_in_json(value))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Puts [`ERASED`] in place of every text in `value` that names the person.
    pub(crate) fn erase_in_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => match within(text) {
                Some(mut inner) => {
                    self.erase_in_json(&mut inner);
                    *text = inner.to_string();
                }
                None if self.is_named_in(text) => ERASED.clone_into(text),
                None => {}
            },
            Value::Array(items) => items.iter_mut().for_each(|item| self.erase_in_json(item)),
            Value::Object(fields) if is_about_role(fields) => {}
            Value::Object(fields) => fields
                .iter_mut()
                .filter(|(name, _)| *name != ROLE)
                .for_each(|(_, value)| self.erase_in_json(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The names of the account; empty without one, or if they were erased before.
    pub(crate) fn names(&self) -> Vec<&str> {
        let names = self.account.iter().flat_map(|a| [a.username.as_str(), &a.display_name]);
        names.filter(|name| *name != ERASED).collect()
    }

    /// Every text by which a search finds all that may name the person.
    pub(crate) fn searched(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        all.extend(self.names());
        all
    }
}

/// Field whose value may be the same word as a user name.
pub(crate) const ROLE: &str = "role";

/// True for a change of a role.
fn is_about_role(fields: &Map<String, Value>) -> bool {
    fields.get("field").and_then(Value::as_str) == Some(ROLE)
}

/// The list or record that `text` is as JSON; `None` if it is other text.
fn within(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object())
}

/// What stands in a column after an erasure: nothing where a value may be missing.
pub(crate) fn blank_of(column: &str) -> &'static str {
    match column {
        "leader" | "contact" | "phone" | "input" => "",
        "effects" => "[]",
        _ => ERASED,
    }
}

/// Whole numbers as text, in order and with runs: `3, 7-9`.
pub(crate) fn runs(numbers: &BTreeSet<i64>) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let text = |(first, last): &(i64, i64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The numbers that [`runs`] wrote, as first and last of each run; `None` for any other text.
pub(crate) fn read_runs(text: &str) -> Option<Vec<(i64, i64)>> {
    let run = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    if text.is_empty() { Some(Vec::new()) } else { text.split(", ").map(run).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn wang() -> DataSubject {
        let account = ErasedAccount {
            id: UserId(7),
            username: "wang.jg".to_owned(),
            display_name: "王工".to_owned(),
        };
        DataSubject { account: Some(account), texts: vec!["王建国".to_owned()] }
    }

    #[test]
    fn a_text_counts_anywhere_and_a_name_of_an_account_alone() {
        for named in ["王建国", "王建国、李明", "联系人：王建国", "王工", "wang.jg"]
        {
            assert!(wang().is_named_in(named), "{named}");
        }
        for other in ["王建", "王工程师", "wang.jgx", "", "李明"] {
            assert!(!wang().is_named_in(other), "{other}");
        }
        assert!(!DataSubject::default().is_named_in(""));
        let account =
            wang().account.map(|a| ErasedAccount { display_name: ERASED.to_owned(), ..a });
        let erased = DataSubject { account, texts: Vec::new() };
        assert!(!erased.is_named_in(ERASED));
    }

    #[test]
    fn json_keeps_what_names_nobody() {
        let mut value = json!({"王建国": ["王工", "李明", {"a": "王建国 1", "b": 5}], "c": null,
            "d": json!({"e": ["王工", "王工程师"]}).to_string(), "f": "[王工]"});

        assert!(wang().is_named_in_json(&value));
        wang().erase_in_json(&mut value);

        let role = json!([{"role": "wang.jg"}, {"field": "role", "after": "wang.jg"}]);
        assert!(!wang().is_named_in_json(&role));
        let left = json!({"王建国": [ERASED, "李明", {"a": ERASED, "b": 5}], "c": null,
            "d": format!("{{\"e\":[\"{ERASED}\",\"王工程师\"]}}"), "f": "[王工]"});
        assert_eq!(value, left);
        assert!(!wang().is_named_in_json(&value));
    }

    #[test]
    fn runs_are_short() {
        assert_eq!(runs(&BTreeSet::from([9, 3, 8, 7])), "3, 7-9");
        assert_eq!((runs(&BTreeSet::new()), read_runs("")), (String::new(), Some(Vec::new())));
        for other in ["x", "3,4", "3-", "-3-4", "3, "] {
            assert_eq!(read_runs(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn runs_are_read_as_they_were_written(numbers in prop::collection::btree_set(0_i64..60, 0..40)) {
            let read = read_runs(&runs(&numbers)).unwrap();
            let all: BTreeSet<i64> = read.into_iter().flat_map(|(a, b)| a..=b).collect();
            prop_assert_eq!(all, numbers);
        }
    }
}
