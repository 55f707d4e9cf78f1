//! Imports one row: finds its record, compares, and creates or changes it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::imports::compared::{CurrentRecord, Wanted};
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::log::{RowAction, RowResult};
use crate::api::imports::row_errors::RowErrors;
use crate::domain::error::FieldError;
use crate::domain::project::Project;
use crate::http::body::checked;
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::of_project::{ProjectNaming, must_be_named};
use crate::usecases::imports::{RecordFields, differences};
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// What differs between the kinds of rows. A value is a row whose record, or the place of a new
/// one, was found.
pub(crate) trait RecordRow: Sized {
    /// The record as the API shows it.
    type View: Serialize + Versioned;
    /// Body of the request that creates a record.
    type Input: DeserializeOwned + ToSchema + 'static;
    /// Body of the request that changes a record.
    type Change: DeserializeOwned + ToSchema + 'static;

    /// True if a row without any value changes nothing, because a template lists it to be filled in.
    const MAY_BE_BLANK: bool;

    /// Finds the record that the row describes, or the place of a new one.
    ///
    /// # Errors
    /// Invalid if the row does not identify one.
    fn find(
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        entered: &EnteredRow,
    ) -> Result<Self, Refusal>;

    /// The project that the record belongs to; `None` for projects themselves.
    fn project(&self) -> Option<&Project>;

    /// The existing record.
    fn current(&self) -> Option<&Self::View>;

    /// Description of the record for people. `view` is the record, once there is one.
    fn label(&self, view: Option<&Self::View>) -> String;

    /// Identifies the record within the file; `None` for a new one without id.
    fn record(&self, view: Option<&Self::View>) -> Option<String>;

    /// Id of a record; `None` if this kind has none.
    fn id(view: &Self::View) -> Option<i64>;

    /// Takes the warnings out of a view, so that they do not count as fields that changed.
    fn take_warnings(_: &mut Self::View) -> Vec<WarningView> {
        Vec::new()
    }

    /// Fields of a record by column name.
    ///
    /// # Errors
    /// Broken.
    fn fields(&self, view: &Self::View) -> Result<RecordFields, Refusal>;

    /// Body of the request that creates the record; notes columns that do not make one.
    fn body_of_new(entered: &EnteredRow, errors: &mut RowErrors) -> RecordFields;

    /// Checks a body that creates a record against its schema.
    ///
    /// # Errors
    /// Invalid, with every field that does not match.
    fn check_form(body: RecordFields) -> Result<(), Refusal> {
        checked::<Self::Input>(Value::Object(body)).map(drop)
    }

    /// Creates the record.
    ///
    /// # Errors
    /// Those of the body and of the use case.
    fn create(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        entered: &EnteredRow,
        body: RecordFields,
    ) -> Result<Self::View, Refusal>;

    /// Body of the request that changes the record by `patch`; notes columns that do not make one.
    fn body_of_change(
        &self,
        entered: &EnteredRow,
        current: CurrentRecord,
        patch: RecordFields,
        errors: &mut RowErrors,
    ) -> RecordFields;

    /// Changes the record, which is as in `before`.
    ///
    /// # Errors
    /// Those of the body and of the use case.
    fn change(
        &self,
        ask: &mut Ask<'_>,
        context: &mut ImportContext,
        before: &Self::View,
        body: RecordFields,
    ) -> Result<Self::View, Refusal>;

    /// Takes the step that the import is to take after saving; `None` if the record, which is as in
    /// `now`, does not wait for one.
    ///
    /// # Errors
    /// Those of the use case.
    fn go_on(
        &self,
        _: &mut Ask<'_>,
        _: &mut ImportContext,
        _: &Self::View,
    ) -> Result<Option<Self::View>, Refusal> {
        Ok(None)
    }

    /// Forgets what `context` knows of a change that was not kept.
    fn undo(&self, _: &mut ImportContext) {}

    /// What is unusual about the saved record beside others, with the pointer of the field; it
    /// never blocks.
    ///
    /// # Errors
    /// Database errors only.
    fn file_warnings(
        &self,
        _: &mut Ask<'_>,
        _: &mut ImportContext,
        _: &Self::View,
    ) -> Result<Vec<FieldError>, Refusal> {
        Ok(Vec::new())
    }
}

/// Effect of a row, or everything that is wrong with it.
pub(crate) enum RowOutcome {
    /// The row was processed.
    Done(RowResult),
    /// Nothing was saved. Errors of cells are not repeated.
    Wrong(Vec<FieldError>),
}

/// Creates or changes the record of a row.
///
/// # Errors
/// Failures that the row is not to blame for.
pub(crate) fn import<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
) -> Result<RowOutcome, Refusal> {
    let mut errors = RowErrors::of(entered);
    let done = process::<R>(ask, context, entered, &mut errors)?;
    match done.filter(|_| errors.is_empty()) {
        Some(done) => Ok(RowOutcome::Done(done)),
        None => Ok(RowOutcome::Wrong(errors.into_errors())),
    }
}

fn process<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
    errors: &mut RowErrors,
) -> Result<Option<RowResult>, Refusal> {
    let row = match R::find(ask, context, entered) {
        Ok(row) if entered.can_be_found() => row,
        found => {
            if let Err(refusal) = found {
                errors.add(refusal)?;
            }
            return check_form::<R>(ask, entered, errors);
        }
    };
    if let Some(project) = row.project() {
        context.enter_project(project.id);
    }
    let current = row.current();
    if let Some(record) = row.record(current)
        && let Err(error) = context.once(record)
    {
        errors.note(error);
        return check_form::<R>(ask, entered, errors);
    }
    if R::MAY_BE_BLANK && entered.is_silent() {
        return Ok(Some(RowResult::left(None, row.label(current))));
    }
    if current.is_some() {
        change(ask, context, entered, &row, errors)
    } else {
        create(ask, context, entered, &row, errors)
    }
}

/// Checks the values of a row whose record cannot be found, or must not be touched.
fn check_form<R: RecordRow>(
    ask: &mut Ask<'_>,
    entered: &EnteredRow,
    errors: &mut RowErrors,
) -> Result<Option<RowResult>, Refusal> {
    errors.allow_partial();
    let body = R::body_of_new(entered, errors);
    errors.try_all::<R::Input, _>(ask, body, |_, body| R::check_form(body))?;
    Ok(None)
}

fn create<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
    row: &R,
    errors: &mut RowErrors,
) -> Result<Option<RowResult>, Refusal> {
    for error in entered.errors_of_new() {
        errors.note(error);
    }
    check_project(entered, row, errors);
    let body = R::body_of_new(entered, errors);
    let work = |ask: &mut Ask<'_>, body| {
        row.undo(context);
        row.create(ask, context, entered, body)
    };
    let Some(mut made) = errors.try_all::<R::Input, _>(ask, body, work)? else {
        row.undo(context);
        return Ok(None);
    };
    let warnings = R::take_warnings(&mut made);
    let mut file_warnings = row.file_warnings(ask, context, &made)?;
    file_warnings.extend(entered.personal_numbers());
    if let Some(record) = row.record(Some(&made)) {
        context.add_new(record);
    }
    Ok(Some(RowResult {
        action: RowAction::Create,
        id: R::id(&made),
        label: row.label(Some(&made)),
        changes: differences(None, &made),
        warnings,
        file_warnings,
    }))
}

fn change<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
    row: &R,
    errors: &mut RowErrors,
) -> Result<Option<RowResult>, Refusal> {
    let before = row.current().ok_or_else(|| Refusal::broken("a record that is not there"))?;
    let current = CurrentRecord { fields: row.fields(before)?, version: before.version() };
    let (patch, found) = match entered.wanted(&current) {
        Wanted::Nothing => return leave(ask, context, row, before, errors),
        Wanted::Stale(error) => {
            errors.note(error);
            return check_form::<R>(ask, entered, errors);
        }
        Wanted::Change { patch, errors } => (patch, errors),
    };
    for error in found {
        errors.note(error);
    }
    check_project(entered, row, errors);
    if patch.is_empty() {
        return Ok(None);
    }
    let body = row.body_of_change(entered, current, patch, errors);
    let work = |ask: &mut Ask<'_>, body| {
        row.undo(context);
        row.change(ask, context, before, body)
    };
    let Some(mut after) = errors.try_all::<R::Change, _>(ask, body, work)? else {
        row.undo(context);
        return Ok(None);
    };
    let warnings = R::take_warnings(&mut after);
    let mut file_warnings = row.file_warnings(ask, context, &after)?;
    file_warnings.extend(entered.personal_numbers());
    Ok(Some(RowResult {
        action: RowAction::Change,
        id: R::id(&after),
        label: row.label(Some(&after)),
        changes: differences(Some(before), &after),
        warnings,
        file_warnings,
    }))
}

/// Leaves the record of a row that equals it as it is, but for the step after saving.
fn leave<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    row: &R,
    before: &R::View,
    errors: &mut RowErrors,
) -> Result<Option<RowResult>, Refusal> {
    let work = |ask: &mut Ask<'_>, _| row.go_on(ask, context, before);
    let done = errors.try_all::<R::Change, _>(ask, RecordFields::new(), work)?;
    if done.is_none() {
        row.undo(context);
    }
    let result = done.map(|after| match after {
        None => RowResult::left(R::id(before), row.label(Some(before))),
        Some(mut after) => RowResult {
            action: RowAction::Change,
            id: R::id(&after),
            warnings: R::take_warnings(&mut after),
            label: row.label(Some(&after)),
            changes: differences(Some(before), &after),
            file_warnings: Vec::new(),
        },
    });
    Ok(result)
}

fn check_project<R: RecordRow>(entered: &EnteredRow, row: &R, errors: &mut RowErrors) {
    let named = row.project().map(|project| must_be_named(project, entered.text("project")));
    if let Some(Err(error)) = named {
        errors.note(error);
    }
}

impl EnteredRow {
    /// How the row names the project that its record belongs to.
    pub(crate) fn project_naming(&self) -> ProjectNaming<'_> {
        ProjectNaming {
            id: self.whole("project_id").map(crate::domain::id::ProjectId),
            code: self.text("project_code"),
            name: self.text("project"),
        }
    }
}
