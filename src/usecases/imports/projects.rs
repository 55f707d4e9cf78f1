//! Projects of an import.

use serde_json::{Value, json};

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::store::projects;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::of_project::unknown_project;
use crate::usecases::imports::{RecordFields, fields_of};
use crate::usecases::patch::Patch;
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::projects::namesakes::already_named;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::projects::write;
use crate::usecases::refusal::Refusal;

/// The project with this id, otherwise with this national code, if there is one.
///
/// # Errors
/// `unknown-project` at `/id` if an id is given and the caller sees no such project.
pub(crate) fn find(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    id: Option<ProjectId>,
    code: Option<&str>,
) -> Result<Option<ProjectView>, Refusal> {
    let sight = ask.sight();
    let found = match (id, code) {
        (Some(id), _) => {
            let found = projects::find(ask.conn, id, sight)?;
            Some(found.ok_or_else(|| unknown_project("/id"))?)
        }
        (None, Some(code)) => projects::find_by_code(ask.conn, code, sight)?,
        (None, None) => None,
    };
    Ok(found.map(|project| context.codes.of(project).into()))
}

/// The projects with exactly this name that the caller sees, oldest first; at most ten.
///
/// # Errors
/// Database errors only.
pub(crate) fn namesakes(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    name: &str,
) -> Result<Vec<ProjectView>, Refusal> {
    let sight = ask.sight();
    let named = projects::named(ask.conn, name, sight)?;
    Ok(named.into_iter().map(|project| context.codes.of(project).into()).collect())
}

/// Identifies a project within the file.
pub(crate) fn record(project: &ProjectView) -> String {
    format!("id {}", project.id)
}

/// Checks that a row without id and code whose name these projects have describes a new project:
/// none of them was there before the file in the row's area.
///
/// # Errors
/// `same-name` at `/name`, since the row may mean one of them.
pub(crate) fn must_be_another(
    namesakes: &[ProjectView],
    context: &ImportContext,
    area: Option<&str>,
) -> Result<(), Refusal> {
    let old = namesakes.iter().filter(|p| context.row_of_new(&record(p)).is_none());
    let ids: Vec<String> =
        old.filter(|p| area == Some(&p.area)).map(|p| p.id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = ids.join(", ");
    let words = Words::new(
        format!(
            "该属地已有同名项目（编号 {ids}）。修改它请填写其编号；确为另一项目请填写国家项目代码或改名。"
        ),
        format!(
            "A project with this name already exists in the area (id {ids}). To change it, give its id; for a different project, give its national code or another name."
        ),
    );
    let error = FieldError::new("/name", "same-name", words).compared_with(&["/id", "/code"]);
    Err(Refusal::invalid(vec![error]))
}

/// Warns that a new or renamed project has the name of others: of rows of this file in the same
/// area, or of projects that were there before it.
///
/// # Errors
/// Database errors only.
pub(crate) fn warnings(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    project: &ProjectView,
) -> Result<Vec<FieldError>, Refusal> {
    let mut rows = Vec::new();
    let mut ids = Vec::new();
    for other in namesakes(ask, context, &project.name)? {
        match context.row_of_new(&record(&other)) {
            _ if other.id == project.id => {}
            Some(row) if other.area == project.area => rows.push(row.to_string()),
            Some(_) => {}
            None => ids.push(other.id.to_string()),
        }
    }
    let mut warnings = Vec::new();
    if !rows.is_empty() {
        let rows = rows.join(", ");
        let words = Words::new(
            format!("与第 {rows} 行项目同名、同属地；请核对是否为同一项目。"),
            format!("Row {rows} has the same name and area; check that it is another project."),
        );
        warnings.push(FieldError::new("/name", "same-name", words));
    }
    if !ids.is_empty() {
        warnings.push(FieldError::new("/name", "same-name", already_named(&ids)));
    }
    Ok(warnings)
}

/// Fields of a project by column name. A date is as much of it as is known.
///
/// # Errors
/// Broken.
pub(crate) fn fields(view: &ProjectView) -> Result<RecordFields, Refusal> {
    let mut fields = fields_of(view)?;
    if !view.total_known {
        fields.insert("total_investment_wan".to_owned(), Value::Null);
    }
    for (name, text) in [
        ("planned_start", view.planned_start_text()),
        ("planned_finish", view.planned_finish_text()),
        ("planned_operation", view.planned_operation_text()),
        ("actual_start", view.actual_start_text()),
    ] {
        fields.insert(name.to_owned(), json!(text));
    }
    Ok(fields)
}

/// Version of a project.
///
/// # Errors
/// Not found unless the caller sees it.
pub(crate) fn version(ask: &mut Ask<'_>, id: ProjectId) -> Result<i64, Refusal> {
    let sight = ask.sight();
    Ok(projects::get(ask.conn, id, sight)?.version)
}

/// Warns that the total of a project is unknown.
pub(crate) fn total_unknown() -> FieldError {
    let words = Words::new(
        "没有总投资；开工前可以暂缺，补齐以前不校验年度计划和完成投资是否超过总投资。",
        "No total investment. It may be unknown until construction; until then plans and completed investment are not checked against it.",
    );
    FieldError::new("/total_investment_wan", "total-unknown", words)
}

/// Registers a project.
///
/// # Errors
/// As [`write::register`] and [`write::save`].
pub(crate) fn create(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    input: &ProjectInput,
) -> Result<ProjectView, Refusal> {
    let change = write::register(ask, &context.codes, input)?;
    ask.save(|conn| write::save(conn, change))
}

/// Changes a project, which is as in `before`.
///
/// # Errors
/// As [`write::revise`] and [`write::save`].
pub(crate) fn change(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    before: &ProjectView,
    patch: &Patch<ProjectInput>,
) -> Result<ProjectView, Refusal> {
    let change = write::revise(ask, &context.codes, before.id, before.version, patch)?;
    ask.save(|conn| write::save(conn, change))
}
