//! A plausibility warning: it is shown and never blocks.

use serde::{Deserialize, Serialize};

use crate::domain::words::Words;

/// Plausibility warning with an explanation that quotes the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Warning {
    /// Stable code; part of the public API.
    pub code: String,
    /// Explanation in Chinese.
    pub zh: String,
    /// Explanation in English.
    pub en: String,
}

impl Warning {
    pub(in crate::domain) fn new(code: &str, zh: String, en: String) -> Self {
        Self { code: code.to_owned(), zh, en }
    }

    /// Explanation in both languages.
    pub(crate) fn words(&self) -> Words {
        Words::new(self.zh.as_str(), self.en.as_str())
    }
}
