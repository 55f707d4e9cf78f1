//! Warnings as answers show them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::warning::Warning;
use crate::domain::words::Language;

/// One implausible figure, date or text, explained.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecordWarning)]
pub(crate) struct WarningView {
    /// Stable code to program against.
    #[schema(example = "half-of-the-year")]
    pub code: String,
    /// The explanation with its figures, in the caller's language.
    pub detail: String,
    /// Pointer into the request of the text that it is about; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/remarks")]
    pub pointer: Option<String>,
}

impl WarningView {
    /// `warning` in `language`.
    pub(crate) fn of(warning: Warning, language: Language) -> Self {
        let detail = warning.words().say(language);
        Self { code: warning.code, detail, pointer: None }
    }

    /// A warning about a field of the request in `language`.
    pub(crate) fn of_field(error: FieldError, language: Language) -> Self {
        let detail = error.words.say(language);
        Self { code: error.code.to_owned(), detail, pointer: Some(error.pointer) }
    }

    /// All of `warnings` in `language`.
    pub(crate) fn all(warnings: Vec<Warning>, language: Language) -> Vec<Self> {
        warnings.into_iter().map(|warning| Self::of(warning, language)).collect()
    }
}
