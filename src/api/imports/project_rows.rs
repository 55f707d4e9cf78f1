//! Rows of project files.

use serde_json::Value;

use crate::api::imports::compared::{CurrentRecord, Wanted};
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::row::RecordRow;
use crate::api::imports::row_errors::RowErrors;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::http::body::checked;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::{RecordFields, projects};
use crate::usecases::patch::Patch;
use crate::usecases::projects::view::{ProjectInput, ProjectView};
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// A row that describes a project.
pub struct ProjectRow {
    project: Option<ProjectView>,
}

impl RecordRow for ProjectRow {
    type View = ProjectView;
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
        Ok(Self { project })
    }

    fn project(&self) -> Option<&Project> {
        None
    }

    fn current(&self) -> Option<&ProjectView> {
        self.project.as_ref()
    }

    fn label(&self, view: Option<&ProjectView>) -> String {
        view.map(|project| project.name.clone()).unwrap_or_default()
    }

    fn record(&self, view: Option<&ProjectView>) -> Option<String> {
        view.map(projects::record)
    }

    fn id(view: &ProjectView) -> Option<i64> {
        Some(view.id.0)
    }

    fn take_warnings(view: &mut ProjectView) -> Vec<WarningView> {
        let mut warnings = view.warnings.take().unwrap_or_default();
        // The use case warns of ids that a dry run takes back; the warnings of the file name rows.
        warnings.retain(|warning| warning.code != "same-name");
        warnings
    }

    fn fields(&self, view: &ProjectView) -> Result<RecordFields, Refusal> {
        projects::fields(view)
    }

    fn body_of_new(entered: &EnteredRow, _: &mut RowErrors) -> RecordFields {
        entered.body()
    }

    fn create(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        _: &EnteredRow,
        body: RecordFields,
    ) -> Result<ProjectView, Refusal> {
        projects::create(ask, context, &checked(Value::Object(body))?)
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
        before: &ProjectView,
        body: RecordFields,
    ) -> Result<ProjectView, Refusal> {
        projects::change(ask, context, before, &checked(Value::Object(body))?)
    }

    fn file_warnings(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        view: &ProjectView,
    ) -> Result<Vec<FieldError>, Refusal> {
        let before = self.project.as_ref();
        let is_named = before.is_none_or(|b| b.name != view.name || b.area != view.area);
        if is_named { projects::warnings(ask, context, view) } else { Ok(Vec::new()) }
    }
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
        let current = CurrentRecord { fields: projects::fields(project)?, version };
        if matches!(entered.wanted(&current), Wanted::Nothing) {
            return Ok(Some(project.clone()));
        }
    }
    projects::must_be_another(&namesakes, context, entered.text("area"))?;
    Ok(None)
}
