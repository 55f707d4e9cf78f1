//! Rows of project files.

use serde_json::Value;

use crate::api::imports::compared::{CurrentRecord, Wanted};
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::list_cells::goal_alone;
use crate::api::imports::project_beside::{ProjectRecord, beside_columns, take_beside, with_days};
use crate::api::imports::row::RecordRow;
use crate::api::imports::row_errors::RowErrors;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::project::Project;
use crate::http::body::checked;
use crate::usecases::ask::Ask;
use crate::usecases::imports::beside::{self, BesideChoices, RowBeside};
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::{RecordFields, projects};
use crate::usecases::patch::Patch;
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// A row that describes a project.
pub(crate) struct ProjectRow {
    record: Option<ProjectRecord>,
    /// What the row says beside the project.
    said: RecordFields,
    /// Year of the plan that the row says.
    year: Option<Year>,
    choices: BesideChoices,
}

impl RecordRow for ProjectRow {
    type View = ProjectRecord;
    type Input = ProjectInput;
    type Change = Patch<ProjectInput>;

    const MAY_BE_BLANK: bool = false;

    fn find(
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        entered: &EnteredRow,
    ) -> Result<Self, Refusal> {
        let id = entered.whole("id").map(ProjectId);
        let code = entered.text("code");
        let found = projects::find(ask, context, id, code)?;
        let project = match (found, code, entered.text("name")) {
            (None, None, Some(name)) => same_again(ask, context, entered, name)?,
            (found, _, _) => found,
        };
        let said = said_beside(entered);
        let record = project.map(|p| record(ask, p, entered)).transpose()?;
        let year = plan_year(entered);
        Ok(Self { record, said, year, choices: entered.choices.clone() })
    }

    fn project(&self) -> Option<&Project> {
        None
    }

    fn current(&self) -> Option<&ProjectRecord> {
        self.record.as_ref()
    }

    fn label(&self, view: Option<&ProjectRecord>) -> String {
        view.map(|record| record.project.name.clone()).unwrap_or_default()
    }

    fn record(&self, view: Option<&ProjectRecord>) -> Option<String> {
        view.map(|record| projects::record(&record.project))
    }

    fn id(view: &ProjectRecord) -> Option<i64> {
        Some(view.project.id.0)
    }

    fn take_warnings(view: &mut ProjectRecord) -> Vec<WarningView> {
        let mut warnings = view.project.warnings.take().unwrap_or_default();
        // The use case warns of ids that a dry run takes back; the warnings of the file name rows.
        warnings.retain(|warning| warning.code != "same-name");
        warnings
    }

    fn fields(&self, view: &ProjectRecord) -> Result<RecordFields, Refusal> {
        fields(view)
    }

    fn body_of_new(entered: &EnteredRow, _: &mut RowErrors) -> RecordFields {
        entered.body()
    }

    fn check_form(mut body: RecordFields) -> Result<(), Refusal> {
        take_beside(&mut body);
        checked::<ProjectInput>(Value::Object(with_days(body))).map(drop)
    }

    fn create(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        _: &EnteredRow,
        mut body: RecordFields,
    ) -> Result<ProjectRecord, Refusal> {
        let beside = take_beside(&mut body);
        let body = checked(Value::Object(with_days(body)))?;
        let made = projects::create(ask, context, &body)?;
        self.save_beside(ask, made, &beside)
    }

    fn body_of_change(
        &self,
        _: &EnteredRow,
        _: CurrentRecord,
        patch: RecordFields,
        _: &mut RowErrors,
    ) -> RecordFields {
        patch
    }

    fn change(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        before: &ProjectRecord,
        mut body: RecordFields,
    ) -> Result<ProjectRecord, Refusal> {
        let changes = take_beside(&mut body);
        let after = if body.is_empty() {
            before.project.clone()
        } else {
            let body = checked(Value::Object(with_days(body)))?;
            projects::change(ask, context, &before.project, &body)?
        };
        self.save_beside(ask, after, &changes)
    }

    fn file_warnings(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        view: &ProjectRecord,
    ) -> Result<Vec<FieldError>, Refusal> {
        let view = &view.project;
        let before = self.record.as_ref().map(|record| &record.project);
        let is_named = before.is_none_or(|b| b.name != view.name || b.area != view.area);
        let mut warnings =
            if is_named { projects::warnings(ask, context, view)? } else { Vec::new() };
        if !view.total_known && before.is_none_or(|b| b.total_known) {
            warnings.push(projects::total_unknown());
        }
        if self.begins_plan_by_goal() {
            warnings.push(FieldError { pointer: "/goal".to_owned(), ..goal_alone() });
        }
        Ok(warnings)
    }
}

impl ProjectRow {
    /// True if the row says a goal but no amount for a year that has no plan yet.
    fn begins_plan_by_goal(&self) -> bool {
        let says = |field| self.said.get(field).is_some_and(|value| !value.is_null());
        let has_plan = self.record.as_ref().is_some_and(|record| {
            record.beside.get("annual_investment_wan").is_some_and(|value| !value.is_null())
        });
        says("goal") && !says("annual_investment_wan") && !has_plan
    }

    fn save_beside(
        &self,
        ask: &mut Ask<'_>,
        project: ProjectView,
        changes: &RecordFields,
    ) -> Result<ProjectRecord, Refusal> {
        let row = RowBeside { changes, said: &self.said };
        beside::save(ask, project.id, row, &self.choices)?;
        self.reload(ask, project, !changes.is_empty())
    }

    /// The record as it is now; what was saved beside the project raised its version.
    fn reload(
        &self,
        ask: &mut Ask<'_>,
        project: ProjectView,
        is_changed: bool,
    ) -> Result<ProjectRecord, Refusal> {
        if self.said.is_empty() {
            return Ok(ProjectRecord { project, beside: RecordFields::new() });
        }
        let beside = beside::current(ask, project.id, self.year)?;
        let version =
            if is_changed { projects::version(ask, project.id)? } else { project.version };
        Ok(ProjectRecord { project: ProjectView { version, ..project }, beside })
    }
}

/// Fields of a record by column name. A date is as much of it as is known.
fn fields(record: &ProjectRecord) -> Result<RecordFields, Refusal> {
    let mut fields = projects::fields(&record.project)?;
    fields.extend(record.beside.clone());
    Ok(fields)
}

fn plan_year(entered: &EnteredRow) -> Option<Year> {
    entered.whole("plan_year").and_then(|year| i32::try_from(year).ok()).and_then(Year::new)
}

/// The record of a project, with what is stored beside it if the file says something of that.
fn record(
    ask: &mut Ask<'_>,
    project: ProjectView,
    entered: &EnteredRow,
) -> Result<ProjectRecord, Refusal> {
    let beside = if beside_columns().any(|name| entered.said(name).is_some()) {
        beside::current(ask, project.id, plan_year(entered))?
    } else {
        RecordFields::new()
    };
    Ok(ProjectRecord { project, beside })
}

fn said_beside(entered: &EnteredRow) -> RecordFields {
    let said = beside_columns().filter_map(|name| Some((name, entered.said(name)?)));
    said.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// The project that a row without id and code repeats, so that importing a file twice creates no
/// duplicates. A row with the name and area of a project from before the file and other values is
/// an error, since it may mean that project.
fn same_again(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
    name: &str,
) -> Result<Option<ProjectView>, Refusal> {
    let namesakes = projects::namesakes(ask, context, name)?;
    for project in &namesakes {
        let version = project.version;
        let whole = record(ask, project.clone(), entered)?;
        let current = CurrentRecord { fields: fields(&whole)?, version };
        if matches!(entered.wanted(&current), Wanted::Nothing) {
            return Ok(Some(project.clone()));
        }
    }
    projects::must_be_another(&namesakes, context, entered.text("area"))?;
    Ok(None)
}
