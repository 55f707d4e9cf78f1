//! Rows of milestone files.

use serde_json::Value;

use crate::api::imports::compared::CurrentRecord;
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::row::RecordRow;
use crate::api::imports::row_errors::RowErrors;
use crate::domain::id::MilestoneId;
use crate::domain::project::Project;
use crate::http::body::checked;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::milestones::NewMilestone;
use crate::usecases::imports::{RecordFields, milestones, of_project, required};
use crate::usecases::milestones::view::{MilestoneEdit, MilestoneInput, MilestoneView};
use crate::usecases::patch::Patch;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// A row that describes a milestone.
pub(crate) struct MilestoneRow {
    project: Project,
    milestone: Option<MilestoneView>,
}

/// Columns that a request can only set on an existing milestone.
const LATER: [&str; 3] = ["forecast_date", "reason", "evidence"];

impl RecordRow for MilestoneRow {
    type View = MilestoneView;
    type Input = MilestoneInput;
    type Change = Patch<MilestoneEdit>;

    const MAY_BE_BLANK: bool = false;

    /// A milestone id without a project is enough.
    fn find(
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        entered: &EnteredRow,
    ) -> Result<Self, Refusal> {
        let id = entered.whole("id").map(MilestoneId);
        let columns = ["project_id", "project_code", "project"];
        let names_project = columns.iter().any(|name| entered.said(name).is_some());
        let project = match id.filter(|_| !names_project) {
            Some(id) => milestones::project_of(ask, id)?,
            None => of_project::find(ask, &entered.project_naming())?,
        };
        let milestone = milestones::find(ask, &project, id, entered.text("code"))?;
        Ok(Self { project, milestone })
    }

    fn project(&self) -> Option<&Project> {
        Some(&self.project)
    }

    fn current(&self) -> Option<&MilestoneView> {
        self.milestone.as_ref()
    }

    fn label(&self, view: Option<&MilestoneView>) -> String {
        let name = view.map(|milestone| milestone.name.as_str()).unwrap_or_default();
        format!("{} {name}", self.project.facts.name)
    }

    fn record(&self, view: Option<&MilestoneView>) -> Option<String> {
        view.map(|milestone| format!("id {}", milestone.id))
    }

    fn id(view: &MilestoneView) -> Option<i64> {
        Some(view.id.0)
    }

    fn take_warnings(view: &mut MilestoneView) -> Vec<WarningView> {
        view.warnings.take().unwrap_or_default()
    }

    fn fields(&self, view: &MilestoneView) -> Result<RecordFields, Refusal> {
        milestones::fields(view, &self.project)
    }

    fn body_of_new(entered: &EnteredRow, errors: &mut RowErrors) -> RecordFields {
        let mut body = renamed(entered.body());
        // The forecast is set after the milestone is there; its reason is not asked for before.
        if body.contains_key("forecast_date") && !body.contains_key("reason") {
            errors.note(required("reason"));
            body.remove("forecast_date");
        }
        body
    }

    fn check_form(body: RecordFields) -> Result<(), Refusal> {
        new_milestone(body).map(drop)
    }

    fn create(
        &self,
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        _: &EnteredRow,
        body: RecordFields,
    ) -> Result<MilestoneView, Refusal> {
        milestones::create(ask, &self.project, &new_milestone(body)?)
    }

    /// A forecast requires a reason, and a reason requires a forecast.
    fn body_of_change(
        &self,
        entered: &EnteredRow,
        current: CurrentRecord,
        mut patch: RecordFields,
        errors: &mut RowErrors,
    ) -> RecordFields {
        if patch.contains_key("forecast_date") || patch.contains_key("forecast_reason") {
            for name in ["forecast_date", "forecast_reason"] {
                let said = entered.said(name).or(current.fields.get(name)).filter(|v| !v.is_null());
                patch.extend(said.cloned().map(|value| (name.to_owned(), value)));
            }
            if !patch.contains_key("forecast_date") {
                errors.note(required("forecast_date"));
                patch.remove("forecast_reason");
            }
            if patch.get("forecast_reason") == Some(&Value::from("")) {
                patch.remove("forecast_reason");
            }
        }
        renamed(patch)
    }

    fn change(
        &self,
        ask: &mut Ask<'_>,
        _: &mut ImportContext,
        before: &MilestoneView,
        body: RecordFields,
    ) -> Result<MilestoneView, Refusal> {
        milestones::change(ask, &self.project, before, &checked(Value::Object(body))?)
    }
}

fn new_milestone(mut body: RecordFields) -> Result<NewMilestone, Refusal> {
    let mut later = RecordFields::new();
    for name in LATER {
        later.extend(body.remove(name).map(|value| (name.to_owned(), value)));
    }
    let input = checked(Value::Object(body))?;
    let edit = (!later.is_empty()).then(|| checked(Value::Object(later))).transpose()?;
    Ok(NewMilestone { input, edit })
}

/// Requests call the reason of a forecast `reason`.
fn renamed(mut body: RecordFields) -> RecordFields {
    if let Some(reason) = body.remove("forecast_reason") {
        body.insert("reason".into(), reason);
    }
    body
}
