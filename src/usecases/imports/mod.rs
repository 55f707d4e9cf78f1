//! Import of files: finds, compares, creates and changes the record of one row after another.
//!
//! The rows of a file are decided in one snapshot and saved in one transaction. `api::imports` reads
//! cells and turns a row into the body of a request; from there on this is the use case of the same
//! request.

pub(crate) mod beside;
pub(crate) mod beside_plan;
pub(crate) mod context;
pub(crate) mod current;
pub(crate) mod kind;
pub(crate) mod lists;
pub(crate) mod milestones;
pub(crate) mod of_project;
pub(crate) mod progress;
pub(crate) mod projects;
pub(crate) mod recorded;
pub(crate) mod reports;
pub(crate) mod year_plans;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::store::events::changes;
use crate::usecases::events::view::ChangeView;
use crate::usecases::refusal::Refusal;

/// Maximum number of non-blank rows of a file, in all its sheets together.
pub(crate) const ROWS: u32 = 20_000;

/// Fields of a record by column name.
pub(crate) type RecordFields = Map<String, Value>;

/// The fields of a view, by name.
///
/// # Errors
/// Broken if the view is not an object.
pub(in crate::usecases) fn fields_of<T: Serialize>(view: &T) -> Result<RecordFields, Refusal> {
    match serde_json::to_value(view).map_err(Refusal::broken)? {
        Value::Object(map) => Ok(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::broken("a view is no object"))
        }
    }
}

/// Fields in which two views differ; for a new record, fields that have a value.
pub(crate) fn differences<T: Serialize>(before: Option<&T>, after: &T) -> Vec<ChangeView> {
    let own = ["id", "created_at", "updated_at"];
    let found = changes(before, after).into_iter();
    found.filter(|c| !own.contains(&c.field.as_str())).map(ChangeView::from).collect()
}

/// The error for a missing required value.
pub(crate) fn required(name: &str) -> FieldError {
    FieldError::new(format!("/{name}"), "required", Words::new("必须填写。", "Required."))
}

fn invalid(pointer: &str, code: &'static str, words: Words) -> Refusal {
    Refusal::invalid(vec![FieldError::new(pointer, code, words)])
}
