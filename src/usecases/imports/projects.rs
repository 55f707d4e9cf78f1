//! Projects of an import.

use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::store::projects;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::of_project::unknown_project;
use crate::usecases::imports::{RecordFields, fields_of, invalid};
use crate::usecases::patch::Patch;
use crate::usecases::projects::view::{ProjectInput, ProjectView};
use crate::usecases::projects::write;
use crate::usecases::refusal::Refusal;

/// The project with this id, otherwise with this national code, if there is one.
///
/// # Errors
/// `unknown-project` at `/id` if an id is given and the caller sees no such project.
pub fn find(
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
pub fn namesakes(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    name: &str,
) -> Result<Vec<ProjectView>, Refusal> {
    let sight = ask.sight();
    let named = projects::named(ask.conn, name, sight)?;
    Ok(named.into_iter().map(|project| context.codes.of(project).into()).collect())
}

/// A row without id and code has the name of these projects, and may mean one of them.
pub fn same_name(namesakes: &[ProjectView]) -> Refusal {
    let ids: Vec<String> = namesakes.iter().map(|p| p.id.to_string()).collect();
    let ids = ids.join(", ");
    let words = Words::new(
        format!(
            "已有同名项目（编号 {ids}）。修改它请填写其编号；确为另一项目请填写国家项目代码或改名。"
        ),
        format!(
            "A project with this name already exists (id {ids}). To change it, give its id; for a different project, give its national code or another name."
        ),
    );
    invalid("/name", "same-name", words)
}

/// Fields of a project by column name.
///
/// # Errors
/// Broken.
pub fn fields(view: &ProjectView) -> Result<RecordFields, Refusal> {
    fields_of(view)
}

/// Registers a project.
///
/// # Errors
/// As [`write::register`] and [`write::save`].
pub fn create(
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
pub fn change(
    ask: &mut Ask<'_>,
    context: &ImportContext,
    before: &ProjectView,
    patch: &Patch<ProjectInput>,
) -> Result<ProjectView, Refusal> {
    let change = write::revise(ask, &context.codes, before.id, before.version, patch)?;
    ask.save(|conn| write::save(conn, change))
}
