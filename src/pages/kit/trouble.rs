//! Several forms on one page: which of them could not be taken, why, and what was typed into it.

use crate::pages::kit::form::{Complaints, Fields};

/// The form that could not be taken, if one could not.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    form: &'static str,
    /// What is wrong with it.
    pub complaints: Complaints,
    fields: Fields,
}

impl Trouble {
    /// Of the form called `form`, which was sent with `fields`.
    pub fn with(form: &'static str, complaints: Complaints, fields: Fields) -> Self {
        Self { form, complaints, fields }
    }

    /// What is wrong with a field of `form`.
    pub fn at(&self, form: &str, field: &str) -> Vec<&str> {
        if self.form == form { self.complaints.at(field) } else { Vec::new() }
    }

    /// What else is wrong with `form`, which shows these fields.
    pub fn beside(&self, form: &str, shown: &[&str]) -> Vec<String> {
        if self.form == form { self.complaints.beside(shown) } else { Vec::new() }
    }

    /// What stands in a field of `form`: what was typed, or what one would usually say.
    pub fn typed(&self, form: &str, field: &str, usual: &(impl ToString + ?Sized)) -> String {
        if self.form == form { self.fields.exact(field).to_owned() } else { usual.to_string() }
    }

    /// Whether `value` stands in a field of `form`.
    pub fn chosen(
        &self,
        form: &str,
        field: &str,
        value: &(impl ToString + ?Sized),
        usual: &(impl ToString + ?Sized),
    ) -> bool {
        self.typed(form, field, usual) == value.to_string()
    }

    /// Whether this value of a field that takes several was ticked.
    pub fn ticked(
        &self,
        form: &str,
        field: &str,
        value: &(impl ToString + ?Sized),
        usual: bool,
    ) -> bool {
        if self.form != form {
            return usual;
        }
        let value = value.to_string();
        self.fields.all(field).any(|ticked| ticked == value)
    }
}
