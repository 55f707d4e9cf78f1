//! Rows of report files.

use serde_json::Value;

use crate::api::imports::column::Part;
use crate::api::imports::compared::CurrentRecord;
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::row::RecordRow;
use crate::api::imports::row_errors::RowErrors;
use crate::domain::month::Month;
use crate::domain::project::Project;
use crate::http::body::checked;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::of_project::with_project;
use crate::usecases::imports::{RecordFields, reports, required};
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;
use crate::usecases::warning::WarningView;

/// A row that describes a monthly report.
pub(crate) struct ReportRow {
    project: Project,
    month: Month,
    report: Option<ReportView>,
}

impl ReportRow {
    fn key(&self) -> ReportKey {
        ReportKey { project: self.project.id, month: self.month }
    }
}

impl RecordRow for ReportRow {
    type View = ReportView;
    type Input = ReportInput;
    type Change = ReportInput;

    const MAY_BE_BLANK: bool = true;

    fn find(
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        entered: &EnteredRow,
    ) -> Result<Self, Refusal> {
        let project = context.reports.find_project(ask, &entered.project_naming());
        let month = entered.text("month").and_then(|month| month.parse().ok());
        let month = month.ok_or_else(|| required("month"));
        let (project, month) = with_project(project, month)?;
        let report = context.reports.find(ask, ReportKey { project: project.id, month })?;
        Ok(Self { project, month, report })
    }

    fn project(&self) -> Option<&Project> {
        Some(&self.project)
    }

    fn current(&self) -> Option<&ReportView> {
        self.report.as_ref()
    }

    fn label(&self, _: Option<&ReportView>) -> String {
        format!("{} {}", self.project.facts.name, self.month)
    }

    fn record(&self, _: Option<&ReportView>) -> Option<String> {
        Some(format!("{} {}", self.project.id, self.month))
    }

    fn id(view: &ReportView) -> Option<i64> {
        Some(view.id.0)
    }

    fn take_warnings(view: &mut ReportView) -> Vec<WarningView> {
        view.warnings.clone()
    }

    fn fields(&self, view: &ReportView) -> Result<RecordFields, Refusal> {
        reports::fields(view, &self.project)
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
    ) -> Result<ReportView, Refusal> {
        let input = checked(Value::Object(body))?;
        let saved = context.reports.save(ask, self.key(), None, &input)?;
        Ok(self.go_on(ask, context, &saved)?.unwrap_or(saved))
    }

    /// The request replaces all writable fields, so absent columns keep their current values.
    fn body_of_change(
        &self,
        _: &EnteredRow,
        current: CurrentRecord,
        patch: RecordFields,
        _: &mut RowErrors,
    ) -> RecordFields {
        let mut body = RecordFields::new();
        for column in ImportKind::Reports.columns().iter().filter(|c| c.part == Part::Write) {
            let now = current.fields.get(column.name).cloned();
            body.extend(now.map(|value| (column.name.to_owned(), value)));
        }
        body.extend(patch);
        body
    }

    fn change(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        before: &ReportView,
        body: RecordFields,
    ) -> Result<ReportView, Refusal> {
        let input = checked(Value::Object(body))?;
        let saved = context.reports.save(ask, self.key(), Some(before.version), &input)?;
        Ok(self.go_on(ask, context, &saved)?.unwrap_or(saved))
    }

    fn go_on(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        now: &ReportView,
    ) -> Result<Option<ReportView>, Refusal> {
        if !context.submits {
            return Ok(None);
        }
        context.reports.submit_waiting(ask, self.key(), now.state)
    }

    fn undo(&self, context: &mut ImportContext) {
        context.reports.undo();
    }
}
