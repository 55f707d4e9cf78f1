//! A rejected form, shown again on its page with its input and errors. A page can have several
//! forms; at most one of them is rejected.

use crate::pages::kit::form::{Fields, FormErrors};

/// The rejected form of a page. The default stands for none: every form shows its defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct RejectedForm {
    form: &'static str,
    errors: FormErrors,
    fields: Fields,
}

impl RejectedForm {
    /// The form named `form`, sent with `fields`.
    pub(crate) fn new(form: &'static str, errors: FormErrors, fields: Fields) -> Self {
        Self { form, errors, fields }
    }

    /// True if `form` is the rejected one.
    pub(crate) fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// All errors.
    pub(crate) fn errors(&self) -> &FormErrors {
        &self.errors
    }

    /// Errors of the form as a whole, whichever it is: the form of a step that another user has
    /// taken in the meantime is no longer on the page.
    pub(crate) fn general_errors(&self) -> &[String] {
        &self.errors.general
    }

    /// Errors of a field of `form`.
    pub(crate) fn errors_of(&self, form: &str, field: &str) -> Vec<&str> {
        if self.is(form) { self.errors.of(field) } else { Vec::new() }
    }

    /// Errors of `form` outside the fields it shows.
    pub(crate) fn other_errors(&self, form: &str, shown: &[&str]) -> Vec<String> {
        if self.is(form) { self.errors.others(shown) } else { Vec::new() }
    }

    /// Input of a field of `form`, trimmed; empty if `form` was not rejected.
    pub(crate) fn input(&self, form: &str, field: &str) -> &str {
        if self.is(form) { self.fields.get(field).unwrap_or_default() } else { "" }
    }

    /// Input of a field of `form`, or `default` if `form` was not rejected.
    pub(crate) fn input_or<D: ToString + ?Sized>(
        &self,
        form: &str,
        field: &str,
        default: &D,
    ) -> String {
        if self.is(form) { self.fields.exact(field).to_owned() } else { default.to_string() }
    }

    /// The version the form was sent with, or the stored one. A rejected form keeps its version, so
    /// that nobody overwrites a change they have not seen.
    pub(crate) fn version(&self, form: &str, stored: &i64) -> String {
        self.input_or(form, "version", stored)
    }

    /// True if `value` is selected in a field of `form`.
    pub(crate) fn selected<V: ToString + ?Sized, D: ToString + ?Sized>(
        &self,
        form: &str,
        field: &str,
        value: &V,
        default: &D,
    ) -> bool {
        self.input_or(form, field, default) == value.to_string()
    }

    /// True if `value` is ticked in a field of `form` with several values.
    pub(crate) fn ticked<V: ToString + ?Sized>(
        &self,
        form: &str,
        field: &str,
        value: &V,
        default: bool,
    ) -> bool {
        if !self.is(form) {
            return default;
        }
        let value = value.to_string();
        self.fields.all(field).any(|ticked| ticked == value)
    }
}
