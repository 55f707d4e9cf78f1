//! Import of project rows.

use serde_json::{Map, Value};

use crate::api::imports::context::{RowContext, differences, fields, unknown_project};
use crate::api::imports::entered::{CurrentRecord, EnteredRow};
use crate::api::imports::log::{RowAction, RowResult};
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::store::{Conn, projects};
use crate::usecases::patch::Patch;
use crate::usecases::projects::view::{ProjectInput, ProjectView};
use crate::usecases::projects::write;

/// Registers or updates the project of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    match find(conn, context, entered)? {
        Some(project) => change(conn, context, entered, project),
        None => create(conn, context, entered),
    }
}

/// Finds the project by id, otherwise by national code.
fn find(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
) -> Result<Option<Project>, Problem> {
    let sight = context.caller.sees();
    if let Some(id) = entered.whole("id") {
        let found = projects::find(conn, ProjectId(id), sight)?;
        return found.map(Some).ok_or_else(|| unknown_project("/id"));
    }
    match entered.text("code") {
        Some(code) => Ok(projects::find_by_code(conn, code, sight)?),
        None => Ok(None),
    }
}

fn change(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
    project: Project,
) -> Result<RowResult, Problem> {
    context.once(format!("id {}", project.id), entered)?;
    let before = ProjectView::from(context.codes.of(project));
    let current = CurrentRecord { fields: fields(&before)?, version: before.version };
    let Some(patch) = entered.wanted(&current)? else {
        return Ok(RowResult::left(Some(before.id.0), before.name));
    };
    let mut after = save(conn, context, entered, patch, &before)?;
    let warnings = after.warnings.take().unwrap_or_default();
    let changes = differences(Some(&before), &after);
    let id = Some(after.id.0);
    let label = after.name;
    Ok(RowResult { action: RowAction::Change, id, label, changes, warnings })
}

fn save(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    patch: Map<String, Value>,
    before: &ProjectView,
) -> Result<ProjectView, Problem> {
    let patch: Patch<ProjectInput> = checked(Value::Object(patch))?;
    context.write(conn, entered, |conn| {
        let mut ask = context.ask(conn);
        let change = write::revise(&mut ask, &context.codes, before.id, before.version, &patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })
}

fn create(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    if let Some(left) = same_again(conn, context, entered)? {
        return Ok(left);
    }
    entered.must_be_new()?;
    let input: ProjectInput = checked(Value::Object(entered.body()))?;
    let mut made = context.write(conn, entered, |conn| {
        let mut ask = context.ask(conn);
        let change = write::register(&ask, &context.codes, &input)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    if entered.is_whole() {
        // Only if the creation is kept: after a rollback the next record gets the same id.
        context.once(format!("id {}", made.id), entered)?;
    }
    let warnings = made.warnings.take().unwrap_or_default();
    let changes = differences(None, &made);
    let id = Some(made.id.0);
    let label = made.name;
    Ok(RowResult { action: RowAction::Create, id, label, changes, warnings })
}

/// Handles a row without id and code whose name exists: unchanged if all values are equal, so that
/// importing a file twice creates no duplicates; otherwise an error, since it may be another
/// project.
fn same_again(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<Option<RowResult>, Problem> {
    let Some(name) = entered.text("name").filter(|_| entered.said("code").is_none()) else {
        return Ok(None);
    };
    let called_so = projects::named(conn, name, context.caller.sees())?;
    let ids: Vec<String> = called_so.iter().map(|p| p.id.to_string()).collect();
    for project in called_so {
        let view = ProjectView::from(context.codes.of(project));
        let current = CurrentRecord { fields: fields(&view)?, version: view.version };
        if matches!(entered.wanted(&current), Ok(None)) {
            context.once(format!("id {}", view.id), entered)?;
            return Ok(Some(RowResult::left(Some(view.id.0), view.name)));
        }
    }
    if ids.is_empty() {
        return Ok(None);
    }
    let ids = ids.join(", ");
    let words = Words::new(
        format!(
            "已有同名项目（编号 {ids}）。修改它请填写其编号；确为另一项目请填写国家项目代码或改名。"
        ),
        format!(
            "A project with this name already exists (id {ids}). To change it, give its id; for a different project, give its national code or another name."
        ),
    );
    Err(Problem::invalid(vec![FieldError::new("/name", "same-name", words)]))
}
