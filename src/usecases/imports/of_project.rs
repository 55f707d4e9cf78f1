//! The project that a row of a plan, milestone or report belongs to.

use serde_json::json;

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::store::projects;
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, invalid};
use crate::usecases::refusal::Refusal;

/// How a row names its project: by one of these, or by several that agree.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProjectNaming<'a> {
    /// Id of the project.
    pub id: Option<ProjectId>,
    /// National code.
    pub code: Option<&'a str>,
    /// Name; used to find the project if id and code are absent, and to verify them otherwise.
    pub name: Option<&'a str>,
}

/// The project of a row, if visible to the caller.
///
/// # Errors
/// Invalid if the row names no project, or none that the caller may see.
pub(crate) fn find(ask: &mut Ask<'_>, naming: &ProjectNaming<'_>) -> Result<Project, Refusal> {
    let sight = ask.sight();
    let ProjectNaming { id, code, name } = *naming;
    let (pointer, found) = if let Some(id) = id {
        ("/project_id", projects::find(ask.conn, id, sight)?)
    } else if let Some(code) = code {
        ("/project_code", projects::find_by_code(ask.conn, code, sight)?)
    } else if let Some(name) = name {
        let mut named = projects::named(ask.conn, name, sight)?;
        if named.len() > 1 {
            return Err(ambiguous());
        }
        ("/project", named.pop())
    } else {
        return Err(no_project());
    };
    with_code(found.ok_or_else(|| unknown_project(pointer))?, naming)
}

/// The project found by its id, unless the row names it by another code too.
///
/// # Errors
/// `mismatch` at `/project_code`.
pub(super) fn with_code(project: Project, naming: &ProjectNaming<'_>) -> Result<Project, Refusal> {
    match naming.id.and(naming.code) {
        Some(code) if project.facts.code.as_deref() != Some(code) => Err(other_code(&project)),
        _ => Ok(project),
    }
}

/// The project of a row with another part of what identifies its record.
///
/// # Errors
/// Invalid, with the errors of both.
pub(crate) fn with_project<T>(
    project: Result<Project, Refusal>,
    other: Result<T, FieldError>,
) -> Result<(Project, T), Refusal> {
    match (project, other) {
        (Ok(project), Ok(other)) => Ok((project, other)),
        (Ok(_), Err(error)) => Err(Refusal::invalid(vec![error])),
        (Err(mut refusal), other) => {
            refusal.errors.extend(other.err().filter(|_| !refusal.errors.is_empty()));
            Err(refusal)
        }
    }
}

/// Checks that the name given together with an id or code is the project's name.
///
/// # Errors
/// `mismatch` at `/project`.
pub(crate) fn must_be_named(project: &Project, name: Option<&str>) -> Result<(), FieldError> {
    let is = &project.facts.name;
    if name.is_none_or(|name| name == is) {
        return Ok(());
    }
    let words = Words::new(
        format!("与项目编号或代码不符（该项目名为“{is}”）；请核对是哪个项目。"),
        format!(
            "Does not match the project id or code: that project's name is {is:?}. Correct the id, code or name."
        ),
    );
    Err(FieldError::new("/project", "mismatch", words))
}

/// Adds id, code and name of the project to the fields of one of its records.
pub(super) fn name_project(fields: &mut RecordFields, project: &Project) {
    fields.insert("project_id".into(), json!(project.id));
    fields.insert("project_code".into(), json!(project.facts.code));
    fields.insert("project".into(), json!(project.facts.name));
}

/// The project does not exist or is not visible to the caller.
pub(super) fn unknown_project(pointer: &str) -> Refusal {
    let words = Words::new(
        "没有这个项目，或您无权办理；请核对编号和代码。",
        "The project does not exist or is not visible to you. Check the id or code.",
    );
    invalid(pointer, "unknown-project", words)
}

fn ambiguous() -> Refusal {
    let words = Words::new(
        "有多个同名项目；请填写项目编号或国家项目代码。",
        "Several projects have this name. Give the project's id or its national code.",
    );
    let error = FieldError::new("/project", "ambiguous", words);
    Refusal::invalid(vec![error.compared_with(&["/project_id", "/project_code"])])
}

fn no_project() -> Refusal {
    let words = Words::new(
        "请填写项目编号、国家项目代码或项目名称。",
        "Give the project's id, national code or name.",
    );
    invalid("/project_id", "required", words)
}

fn other_code(project: &Project) -> Refusal {
    let code = project.facts.code.clone().unwrap_or_default();
    let words = Words::new(
        format!("与项目编号不符（该项目的代码为“{code}”）；请核对是哪个项目。"),
        format!(
            "Does not match the project id: that project's code is {code:?}. Correct the id or the code."
        ),
    );
    invalid("/project_code", "mismatch", words)
}
