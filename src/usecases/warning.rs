//! Warnings as answers show them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::warning::Warning;
use crate::domain::words::Language;

/// One implausible figure or date, explained.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecordWarning)]
pub(crate) struct WarningView {
    /// Stable code to program against.
    #[schema(example = "half-of-the-year")]
    pub code: String,
    /// The explanation with its figures, in the caller's language.
    pub detail: String,
}

impl WarningView {
    /// `warning` in `language`.
    pub(crate) fn of(warning: Warning, language: Language) -> Self {
        let detail = warning.words().say(language);
        Self { code: warning.code, detail }
    }

    /// All of `warnings` in `language`.
    pub(crate) fn all(warnings: Vec<Warning>, language: Language) -> Vec<Self> {
        warnings.into_iter().map(|warning| Self::of(warning, language)).collect()
    }
}
