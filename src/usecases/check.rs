//! From a body's text to the domain's types, collecting every field that will not do.

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::usecases::refusal::Refusal;

/// Collects what is wrong with a body.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or its complaint noted at `pointer`.
    pub fn field<T, E: Into<FieldError>>(
        &mut self,
        pointer: &str,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|e| self.note(pointer, e)).ok()
    }

    /// The value of an optional field: absent is fine.
    pub fn optional<T, E: Into<FieldError>>(
        &mut self,
        pointer: &str,
        value: Option<Result<T, E>>,
    ) -> Option<T> {
        value.and_then(|value| self.field(pointer, value))
    }

    /// The thing a code or an id stands for; noted at `pointer` when there is none.
    pub fn known<T>(&mut self, pointer: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            let words = Words::new(
                "没有这个编号或代码；请从相应列表中选取。",
                "There is no such id or code; take one from its list.",
            );
            self.note(pointer, FieldError::new("", "not-there", words));
        }
        found
    }

    /// Notes a complaint at `pointer`.
    pub fn note(&mut self, pointer: &str, error: impl Into<FieldError>) {
        self.errors.push(FieldError { pointer: pointer.to_owned(), ..error.into() });
    }

    /// The value, or complaints that know their own place.
    pub fn all<T>(&mut self, value: Result<T, Vec<FieldError>>) -> Option<T> {
        value.map_err(|errors| self.extend(errors)).ok()
    }

    /// Notes complaints that know their own place.
    pub fn extend(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The parsed whole when nothing was wrong with any part, else every complaint at once.
    pub fn done<T>(self, parsed: Option<T>) -> Result<T, Refusal> {
        match parsed {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            Some(_) | None => Err(Refusal::invalid(self.errors)),
        }
    }
}
