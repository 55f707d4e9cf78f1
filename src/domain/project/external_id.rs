//! Ids of a project in other systems.

use crate::domain::error::FieldError;
use crate::domain::text::TextError;
use crate::domain::words::Words;

/// Id of a project in another system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ExternalId {
    /// Name of the system, without a colon.
    pub system: String,
    /// The id that it gave.
    pub value: String,
}

/// Longest name of a system, in characters.
const SYSTEM: usize = 60;
/// Longest id, in characters.
const VALUE: usize = 200;

impl ExternalId {
    /// Validates a system and its id.
    ///
    /// # Errors
    /// Every wrong field, at `/system` and `/value`.
    pub(crate) fn parse(system: &str, value: &str) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut text = |pointer: &str, text: &str, most: usize| {
            let text = text.trim();
            let wrong = match text.chars().count() {
                0 => Some(TextError::TooShort(1)),
                n if n > most => Some(TextError::TooLong(most)),
                _ if text.chars().any(char::is_control) => Some(TextError::ControlCharacter),
                _ => None,
            };
            if let Some(wrong) = wrong {
                errors.push(FieldError { pointer: pointer.to_owned(), ..wrong.into() });
            }
            text.to_owned()
        };
        let system = text("/system", system, SYSTEM);
        let value = text("/value", value, VALUE);
        if system.contains(':') {
            let words = Words::new(
                "系统名不能含冒号：查询时写作 系统:编号。",
                "The name of a system has no colon: a query names system:value.",
            );
            errors.push(FieldError::new("/system", "wrong-form", words));
        }
        if errors.is_empty() { Ok(Self { system, value }) } else { Err(errors) }
    }

    /// Reads `system:value`; the value may have colons.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let (system, value) = text.split_once(':')?;
        Self::parse(system, value).ok()
    }
}

impl std::fmt::Display for ExternalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { system, value } = self;
        write!(f, "{system}:{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_and_its_id_are_told_apart() {
        let of = |text: &str| ExternalId::of_text(text).map(|id| (id.system, id.value));
        assert_eq!(of("GIS: 12:3 "), Some(("GIS".to_owned(), "12:3".to_owned())));
        for bad in ["GIS", "GIS:", ":3", "a:\u{7}", &format!("{}:1", "s".repeat(61))] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
        let errors = ExternalId::parse("a:b", "").unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(found, [("/value", "blank"), ("/system", "wrong-form")]);
    }
}
