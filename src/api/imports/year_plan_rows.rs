//! Rows of year plan files.

use serde_json::{Value, json};

use crate::api::imports::compared::CurrentRecord;
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::row::RecordRow;
use crate::api::imports::row_errors::RowErrors;
use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::of_project::with_project;
use crate::usecases::imports::year_plans::{LastVersion, month_column};
use crate::usecases::imports::{RecordFields, of_project, required, year_plans};
use crate::usecases::plans::year_plan::YearPlanKey;
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::refusal::Refusal;

/// A row that describes the year plan of a project.
pub(crate) struct YearPlanRow {
    project: Project,
    year: Year,
    plan: Option<LastVersion>,
}

impl YearPlanRow {
    fn key(&self) -> YearPlanKey {
        YearPlanKey { project: self.project.id, year: self.year }
    }
}

impl RecordRow for YearPlanRow {
    type View = LastVersion;
    type Input = YearPlanInput;
    type Change = AdjustmentInput;

    const MAY_BE_BLANK: bool = true;

    fn find(
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        entered: &EnteredRow,
    ) -> Result<Self, Refusal> {
        let project = of_project::find(ask, &entered.project_naming());
        let (project, year) = with_project(project, year(entered))?;
        let plan = year_plans::find(ask, YearPlanKey { project: project.id, year })?;
        Ok(Self { project, year, plan })
    }

    fn project(&self) -> Option<&Project> {
        Some(&self.project)
    }

    fn current(&self) -> Option<&LastVersion> {
        self.plan.as_ref()
    }

    fn label(&self, _: Option<&LastVersion>) -> String {
        format!("{} {}", self.project.facts.name, self.year)
    }

    fn record(&self, _: Option<&LastVersion>) -> Option<String> {
        Some(format!("{} {}", self.project.id, self.year))
    }

    fn id(_: &LastVersion) -> Option<i64> {
        None
    }

    fn fields(&self, view: &LastVersion) -> Result<RecordFields, Refusal> {
        year_plans::fields(view, &self.project)
    }

    fn body_of_new(entered: &EnteredRow, errors: &mut RowErrors) -> RecordFields {
        let mut body = entered.body();
        body.remove("kind");
        with_months(body, errors)
    }

    fn create(
        &self,
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        entered: &EnteredRow,
        body: RecordFields,
    ) -> Result<LastVersion, Refusal> {
        let input = checked(Value::Object(body))?;
        year_plans::create(ask, self.key(), entered.text("kind"), &input)
    }

    /// Absent and blank columns keep the values of the last version.
    fn body_of_change(
        &self,
        _: &EnteredRow,
        current: CurrentRecord,
        patch: RecordFields,
        errors: &mut RowErrors,
    ) -> RecordFields {
        if !JUSTIFICATION.iter().any(|name| patch.contains_key(*name)) {
            errors.note(same_reason());
            for name in JUSTIFICATION {
                errors.set_aside(&format!("/{name}"));
            }
        }
        let mut body = current.fields;
        for own in ["number", "created_at", "project"] {
            body.remove(own);
        }
        body.extend(patch);
        with_months(body, errors)
    }

    fn change(
        &self,
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        _: &LastVersion,
        body: RecordFields,
    ) -> Result<LastVersion, Refusal> {
        year_plans::change(ask, self.key(), &checked(Value::Object(body))?)
    }
}

fn year(entered: &EnteredRow) -> Result<Year, FieldError> {
    let number = entered.whole("year").ok_or_else(|| required("year"))?;
    i32::try_from(number).ok().and_then(Year::new).ok_or_else(|| {
        let words = Words::new("应为年份，如 2021。", "Must be a year, such as 2021.");
        FieldError::new("/year", "out-of-range", words)
    })
}

/// Combines the twelve month columns into the list `months`.
fn with_months(mut body: RecordFields, errors: &mut RowErrors) -> RecordFields {
    let mut months = Vec::new();
    for (index, name) in (1..=12).map(month_column).enumerate() {
        let amount = body.remove(&name);
        if amount.is_none() {
            let pointer = format!("/months/{index}");
            errors.note(required(pointer.trim_start_matches('/')));
            errors.set_aside(&pointer);
        }
        months.push(amount.unwrap_or_else(|| json!(Fen::ZERO)));
    }
    body.insert("months".into(), Value::Array(months));
    body
}

/// Columns that justify a version.
const JUSTIFICATION: [&str; 4] = ["kind", "effective_month", "document_number", "reason"];

/// Error for changed amounts if kind, month, document and reason are still those of the exported
/// version.
fn same_reason() -> FieldError {
    let words = Words::new(
        "金额已变，而版本类型、生效月份、文号和原因仍是上一版本的；请写明这次调整的依据和原因。",
        "The amounts changed, but kind, effective month, document and reason are still those of the previous version. Give the document and reason of this change.",
    );
    FieldError::new("/reason", "reason-required", words)
}
