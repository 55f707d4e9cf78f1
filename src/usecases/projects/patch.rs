//! The fields of a project as they are changed one by one.

use crate::domain::error::FieldError;
use crate::domain::project::precision::DatePrecision;
use crate::domain::words::Words;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::refusal::Refusal;

impl Patchable for ProjectInput {
    const SCHEMA: &'static str = "ProjectPatch";
    const DESCRIPTION: &'static str = "Changes to a project; absent fields stay as they are, null \
        clears a field that may be null. A unit or area may change only `content`, `leader`, \
        `longitude`, `latitude`, `location`, `contractor`, `phase` and `remarks`; the commission may change all fields.";
    const FIXED: &'static [&'static str] = &["stage", "registered_year"];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"content": "年产 6 万吨，分两期建设", "leader": "王市长"})
    }
}

/// Assigns each field of [`ProjectInput`] to those who may change it. A new field does not compile
/// until it is in one of the lists.
macro_rules! changeable_by {
    (everybody: $($open:ident)+; commission: $($reserved:ident)+; nobody: $($fixed:ident)+;) => {
        /// The fields that only the commission may change.
        fn reserved_fields(input: &ProjectInput) -> Vec<&'static str> {
            let ProjectInput { $($open: _,)+ $($reserved: _,)+ $($fixed: _,)+ } = input;
            vec![$(stringify!($reserved)),+]
        }
    };
}
changeable_by! {
    everybody: content leader longitude latitude location contractor phase remarks;
    commission: planned_start_precision planned_finish_precision planned_operation_precision
        actual_start_precision contract_sum_wan package code code_reason name industry area nature total_investment_wan
        invested_before_wan planned_start planned_finish planned_operation actual_start
        actual_finish actual_operation visibility;
    nobody: stage registered_year;
}

impl Patch<ProjectInput> {
    /// `current` with the given fields. A date without its precision is a day.
    ///
    /// # Errors
    /// As [`Patch::merged`].
    pub(crate) fn merged_dates(&self, current: &ProjectInput) -> Result<ProjectInput, Refusal> {
        let mut merged = self.merged(current)?;
        for (date, precision) in [
            ("planned_start", &mut merged.planned_start_precision),
            ("planned_finish", &mut merged.planned_finish_precision),
            ("planned_operation", &mut merged.planned_operation_precision),
            ("actual_start", &mut merged.actual_start_precision),
        ] {
            if self.names(date) && !self.names(&format!("{date}_precision")) {
                *precision = DatePrecision::Day;
            }
        }
        Ok(merged)
    }

    /// Checks that the patch of `current` names no field reserved to the commission.
    ///
    /// # Errors
    /// Forbidden, with every such field.
    pub(crate) fn must_only_describe(&self, current: &ProjectInput) -> Result<(), Refusal> {
        let words =
            Words::new("该项由发展改革部门维护。", "Only the commission may change this field.");
        let named = reserved_fields(current).into_iter().filter(|field| self.names(field));
        let errors: Vec<_> = named
            .map(|field| FieldError::new(format!("/{field}"), "commission-only", words.clone()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Refusal::forbidden().naming(errors, 100)) }
    }
}
