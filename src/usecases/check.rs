//! Converts the fields of an input to domain types and collects every error.

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::usecases::refusal::Refusal;

/// Collects the errors of an input.
#[derive(Debug, Default)]
pub(crate) struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// A check without errors.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The value; an error is collected under `pointer`.
    pub(crate) fn field<T, E: Into<FieldError>>(
        &mut self,
        pointer: &str,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|e| self.note(pointer, e)).ok()
    }

    /// The value of an optional field; an absent one is not an error.
    pub(crate) fn optional<T, E: Into<FieldError>>(
        &mut self,
        pointer: &str,
        value: Option<Result<T, E>>,
    ) -> Option<T> {
        value.and_then(|value| self.field(pointer, value))
    }

    /// The row found by a code or an id; `None` is collected under `pointer` as `not-there`.
    pub(crate) fn known<T>(&mut self, pointer: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            let words = Words::new(
                "没有这个编号或代码；请从相应列表中选取。",
                "There is no such id or code; take one from its list.",
            );
            self.note(pointer, FieldError::new("", "not-there", words));
        }
        found
    }

    /// Collects `too-many` under `pointer` for a list with more than `most` items.
    pub(crate) fn at_most(&mut self, pointer: &str, items: usize, most: usize) {
        if items > most {
            let words = Words::new(format!("至多 {most} 项。"), format!("At most {most} items."));
            self.note(pointer, FieldError::new("", "too-many", words));
        }
    }

    /// Collects an error under `pointer`.
    pub(crate) fn note(&mut self, pointer: &str, error: impl Into<FieldError>) {
        self.errors.push(FieldError { pointer: pointer.to_owned(), ..error.into() });
    }

    /// The value; errors that have their pointers are collected.
    pub(crate) fn all<T>(&mut self, value: Result<T, Vec<FieldError>>) -> Option<T> {
        value.map_err(|errors| self.extend(errors)).ok()
    }

    /// The value; errors of rules are collected, except those that may only follow from a field
    /// that is wrong already.
    pub(crate) fn rules<T>(&mut self, judged: Result<T, Vec<FieldError>>) -> Option<T> {
        let wrong = self.errors.iter().map(|e| e.pointer.clone()).collect();
        let own = |errors: Vec<FieldError>| {
            self.extend(errors.into_iter().filter(|e| !e.follows_from(&wrong)).collect());
        };
        judged.map_err(own).ok()
    }

    /// Collects errors that have their pointers.
    pub(crate) fn extend(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The parsed input, or a refusal with every collected error.
    pub(crate) fn done<T>(self, parsed: Option<T>) -> Result<T, Refusal> {
        match parsed {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            Some(_) | None => Err(Refusal::invalid(self.errors)),
        }
    }
}
