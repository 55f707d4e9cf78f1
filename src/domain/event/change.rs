//! Changed fields of a record.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One changed field of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Field name as in the API.
    pub field: String,
    /// Previous value; null if there was none.
    pub before: Value,
    /// New value.
    pub after: Value,
}

impl FieldChange {
    /// Text entered together with a change, such as its reason.
    pub fn said(field: &str, words: &str) -> Self {
        Self { field: field.to_owned(), before: Value::Null, after: words.into() }
    }
}
