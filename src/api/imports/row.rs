//! Imports one row: finds its record, compares, and creates or changes it.

use serde::Serialize;

use crate::api::imports::compared::CurrentRecord;
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::log::{RowAction, RowResult};
use crate::domain::project::Project;
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::of_project::{ProjectNaming, must_be_named};
use crate::usecases::imports::{RecordFields, differences};
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// What differs between the kinds of rows. A value is a row whose record, or the place of a new
/// one, was found.
pub trait RecordRow: Sized {
    /// The record as the API shows it.
    type View: Serialize + Versioned;

    /// True if a row without any value changes nothing, because a template lists it to be filled in.
    const MAY_BE_BLANK: bool;

    /// Finds the record that the row describes, or the place of a new one.
    ///
    /// # Errors
    /// Invalid if the row does not identify one.
    fn find(
        ask: &mut Ask<'_>,
        context: &ImportContext,
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

    /// Body of the request that creates the record.
    ///
    /// # Errors
    /// Invalid, if the columns do not make a body.
    fn body_of_new(entered: &EnteredRow) -> Result<RecordFields, Refusal>;

    /// Creates the record.
    ///
    /// # Errors
    /// Those of the body and of the use case.
    fn create(
        &self,
        ask: &mut Ask<'_>,
        context: &ImportContext,
        entered: &EnteredRow,
        body: RecordFields,
    ) -> Result<Self::View, Refusal>;

    /// Body of the request that changes the record by `patch`.
    ///
    /// # Errors
    /// Invalid, if the columns do not make a body.
    fn body_of_change(
        &self,
        entered: &EnteredRow,
        current: CurrentRecord,
        patch: RecordFields,
    ) -> Result<RecordFields, Refusal>;

    /// Changes the record, which is as in `before`.
    ///
    /// # Errors
    /// Those of the body and of the use case.
    fn change(
        &self,
        ask: &mut Ask<'_>,
        context: &ImportContext,
        before: &Self::View,
        body: RecordFields,
    ) -> Result<Self::View, Refusal>;
}

/// Creates or changes the record of a row.
///
/// # Errors
/// What is wrong with the row.
pub fn import<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
) -> Result<RowResult, Refusal> {
    let row = R::find(ask, context, entered)?;
    let current = row.current();
    if let Some(record) = row.record(current) {
        context.once(record, entered.number).map_err(|error| Refusal::invalid(vec![error]))?;
    }
    if R::MAY_BE_BLANK && entered.is_silent() {
        return Ok(RowResult::left(None, row.label(current)));
    }
    match current {
        Some(before) => change(ask, context, entered, &row, before),
        None => create(ask, context, entered, &row),
    }
}

fn create<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    entered: &EnteredRow,
    row: &R,
) -> Result<RowResult, Refusal> {
    entered.must_be_new()?;
    must_be_of_project(entered, row)?;
    let body = R::body_of_new(entered)?;
    // If some of its cells could not be read, the row is processed only to find its other errors.
    let work = |ask: &mut Ask<'_>| row.create(ask, context, entered, body);
    let mut made = ask.attempt(work, |_| entered.is_whole())?;
    let warnings = R::take_warnings(&mut made);
    if let Some(record) = row.record(Some(&made)).filter(|_| entered.is_whole()) {
        // Only if the creation is kept: after a rollback the next record gets the same id.
        context.once(record, entered.number).map_err(|error| Refusal::invalid(vec![error]))?;
    }
    Ok(RowResult {
        action: RowAction::Create,
        id: R::id(&made),
        label: row.label(Some(&made)),
        changes: differences(None, &made),
        warnings,
    })
}

fn change<R: RecordRow>(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    entered: &EnteredRow,
    row: &R,
    before: &R::View,
) -> Result<RowResult, Refusal> {
    let current = CurrentRecord { fields: row.fields(before)?, version: before.version() };
    let Some(patch) = entered.wanted(&current)? else {
        return Ok(RowResult::left(R::id(before), row.label(Some(before))));
    };
    must_be_of_project(entered, row)?;
    let body = row.body_of_change(entered, current, patch)?;
    let work = |ask: &mut Ask<'_>| row.change(ask, context, before, body);
    let mut after = ask.attempt(work, |_| entered.is_whole())?;
    let warnings = R::take_warnings(&mut after);
    Ok(RowResult {
        action: RowAction::Change,
        id: R::id(&after),
        label: row.label(Some(&after)),
        changes: differences(Some(before), &after),
        warnings,
    })
}

fn must_be_of_project<R: RecordRow>(entered: &EnteredRow, row: &R) -> Result<(), Refusal> {
    let Some(project) = row.project() else {
        return Ok(());
    };
    must_be_named(project, entered.text("project")).map_err(|error| Refusal::invalid(vec![error]))
}

impl EnteredRow {
    /// How the row names the project that its record belongs to.
    pub fn project_naming(&self) -> ProjectNaming<'_> {
        ProjectNaming {
            id: self.whole("project_id").map(crate::domain::id::ProjectId),
            code: self.text("project_code"),
            name: self.text("project"),
        }
    }
}
