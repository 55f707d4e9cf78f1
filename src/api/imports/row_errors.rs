//! Collects every error of a row: of its cells, of the form of its body and of the rules.
//!
//! A use case ends at the first kind of error it finds. To find the others too, wrong fields are
//! replaced by stand-ins and the row is tried again, until nothing new is found. Errors that may
//! only follow from a stand-in are dropped.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::ToSchema;

use crate::api::imports::entered::{EnteredRow, pointer_of};
use crate::domain::error::FieldError;
use crate::usecases::ask::Ask;
use crate::usecases::imports::RecordFields;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// The errors of a row that were found so far.
pub(crate) struct RowErrors {
    errors: Vec<FieldError>,
    /// Pointers of fields whose values cannot be used.
    wrong: BTreeSet<String>,
    /// True if every cell could be read.
    cells_are_read: bool,
    /// True if missing values are not errors, since it is unknown whether the record exists.
    may_be_partial: bool,
}

impl RowErrors {
    /// The errors of a row whose cells were read; those of cells are recorded already.
    pub(crate) fn of(entered: &EnteredRow) -> Self {
        let columns = entered.columns;
        Self {
            errors: Vec::new(),
            wrong: entered.broken.iter().map(|name| pointer_of(columns, name)).collect(),
            cells_are_read: entered.broken.is_empty(),
            may_be_partial: false,
        }
    }

    /// From now on missing values are not errors.
    pub(crate) fn allow_partial(&mut self) {
        self.may_be_partial = true;
    }

    /// True if no error was found, in cells neither.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.cells_are_read
    }

    /// Adds an error, unless it may only follow from a field that is wrong.
    pub(crate) fn note(&mut self, error: FieldError) {
        let may_be_missing = self.may_be_partial && error.code == "required";
        if !may_be_missing && !error.follows_from(&self.wrong) {
            self.errors.push(error);
        }
    }

    /// Does not use the value at `pointer`.
    pub(crate) fn set_aside(&mut self, pointer: &str) {
        self.wrong.insert(pointer.to_owned());
    }

    /// Adds the errors of a refusal; returns the pointers of fields that were not wrong before.
    ///
    /// # Errors
    /// The refusal, if the row is not to blame.
    pub(crate) fn add(&mut self, refusal: Refusal) -> Result<Vec<String>, Refusal> {
        if matches!(refusal.kind, RefusalKind::Busy | RefusalKind::Broken) {
            return Err(refusal);
        }
        if refusal.errors.is_empty() {
            self.note(FieldError::new("", refusal.code, refusal.words));
            return Ok(Vec::new());
        }
        let pointers: BTreeSet<String> = refusal.errors.iter().map(|e| e.pointer.clone()).collect();
        for error in refusal.errors {
            self.note(error);
        }
        let new = pointers.into_iter().filter(|p| !p.is_empty() && !self.wrong.contains(p));
        let new: Vec<String> = new.collect();
        self.wrong.extend(new.iter().cloned());
        Ok(new)
    }

    /// The errors, without those of cells.
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Tries `work` with `body`, a body of type `T`, until every error is found. What it saves is
    /// kept only if the row has no error; then it returns the result.
    ///
    /// # Errors
    /// Failures that the row is not to blame for.
    pub(crate) fn try_all<T: ToSchema, R>(
        &mut self,
        ask: &mut Ask<'_>,
        mut body: RecordFields,
        mut work: impl FnMut(&mut Ask<'_>, RecordFields) -> Result<R, Refusal>,
    ) -> Result<Option<R>, Refusal> {
        let mut replaced: Vec<String> = self.wrong.iter().cloned().collect();
        loop {
            if !replaced.is_empty() {
                let stand_ins = stand_ins::<T>();
                for pointer in &replaced {
                    replace(&mut body, pointer, &stand_ins);
                }
            }
            let keep = self.is_empty();
            match ask.attempt(|ask| work(ask, body.clone()), |_| keep) {
                Ok(done) => return Ok(keep.then_some(done)),
                Err(refusal) => replaced = self.add(refusal)?,
            }
            if replaced.is_empty() {
                return Ok(None);
            }
        }
    }
}

/// Values of the required fields of `T`, from the example of its schema.
fn stand_ins<T: ToSchema>() -> Value {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let example = |name: &Value| {
        let name = name.as_str()?;
        Some((name.to_owned(), schema.get("example")?.get(name)?.clone()))
    };
    Value::Object(required.filter_map(example).collect())
}

/// Replaces the value at `pointer` by its stand-in, or removes the field if it has none.
fn replace(body: &mut RecordFields, pointer: &str, stand_ins: &Value) {
    let path = pointer.trim_start_matches('/');
    let (field, inner) = path.split_once('/').unwrap_or((path, ""));
    let inner = if inner.is_empty() { String::new() } else { format!("/{inner}") };
    let slot = body.get_mut(field).and_then(|value| value.pointer_mut(&inner));
    match (slot, stand_ins.pointer(pointer)) {
        (Some(slot), Some(value)) => *slot = value.clone(),
        (None, Some(value)) if inner.is_empty() => {
            body.insert(field.to_owned(), value.clone());
        }
        _ => {
            body.remove(field);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::usecases::plans::year_plan_input::YearPlanInput;

    #[test]
    fn wrong_fields_get_stand_ins_or_go() {
        let Value::Object(mut body) = json!({
            "annual_investment_wan": "many", "months": ["1.00", "x", "3.00"], "goal": 7,
        }) else {
            panic!("an object")
        };
        let stand_ins = stand_ins::<YearPlanInput>();

        for pointer in ["/annual_investment_wan", "/months/1", "/goal", "/unknown", "/goal/2"] {
            replace(&mut body, pointer, &stand_ins);
        }

        let months = json!(["1.00", "500.00", "3.00"]);
        let expected = json!({"annual_investment_wan": "12000.00", "months": months});
        assert_eq!(Value::Object(body), expected);
    }
}
