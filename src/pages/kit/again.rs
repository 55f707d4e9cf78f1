//! A form that could not be taken, shown again among the others of its page.

use crate::pages::kit::form::{Complaints, Fields};

/// A form that could not be taken; none, when the page is shown as asked.
#[derive(Clone, Debug, Default)]
pub struct Again {
    form: &'static str,
    fields: Fields,
    complaints: Complaints,
}

impl Again {
    /// The form `form` with what was typed and what is wrong with it.
    pub fn of(form: &'static str, fields: Fields, complaints: Complaints) -> Self {
        Self { form, fields, complaints }
    }

    /// What is wrong.
    pub fn complaints(&self) -> &Complaints {
        &self.complaints
    }

    /// What is wrong with whatever form it is as a whole: a step somebody else was faster with
    /// has no form any more to stand beside.
    pub fn refusals(&self) -> &[String] {
        &self.complaints.general
    }

    /// Whether one of several boxes of a form was ticked.
    pub fn ticked(&self, form: &str, field: &str, value: &str) -> bool {
        self.is(form) && self.fields.all(field).any(|one| one == value)
    }

    /// Whether it is the form `form`.
    pub fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// What was typed into a field of a form.
    pub fn typed(&self, form: &str, field: &str) -> &str {
        if self.is(form) { self.fields.get(field).unwrap_or_default() } else { "" }
    }

    /// What was typed into a field, or what stands there at first.
    pub fn typed_or(&self, form: &str, field: &str, first: &str) -> String {
        if self.is(form) { self.typed(form, field).to_owned() } else { first.to_owned() }
    }

    /// The version a form changes: the one it came with, so that nobody overwrites what they have not
    /// seen, or the one that is shown.
    pub fn version(&self, form: &str, shown: &i64) -> String {
        self.typed_or(form, "version", &shown.to_string())
    }

    /// What is wrong with a field of a form.
    pub fn at(&self, form: &str, field: &str) -> Vec<&str> {
        if self.is(form) { self.complaints.at(field) } else { Vec::new() }
    }

    /// What is wrong with a form and none of its `fields`.
    pub fn beside(&self, form: &str, fields: &[&str]) -> Vec<String> {
        if self.is(form) { self.complaints.beside(fields) } else { Vec::new() }
    }
}
