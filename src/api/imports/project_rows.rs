//! Import of project rows.

use serde_json::{Map, Value};

use crate::api::imports::desk::{Desk, differences, fields, unknown_project};
use crate::api::imports::given::{Given, Held};
use crate::api::imports::tally::{Done, RowAction};
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::http::body::judge;
use crate::http::problem::Problem;
use crate::store::{Conn, projects};
use crate::usecases::patch::Patch;
use crate::usecases::projects::view::{ProjectInput, ProjectView};
use crate::usecases::projects::write;

/// Registers or updates the project of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(conn: &mut Conn, desk: &mut Desk<'_>, given: &Given) -> Result<Done, Problem> {
    match find(conn, desk, given)? {
        Some(project) => change(conn, desk, given, project),
        None => create(conn, desk, given),
    }
}

/// Finds the project by id, otherwise by national code.
fn find(conn: &mut Conn, desk: &Desk<'_>, given: &Given) -> Result<Option<Project>, Problem> {
    let sight = desk.caller.sees();
    if let Some(id) = given.whole("id") {
        let found = projects::find(conn, ProjectId(id), sight)?;
        return found.map(Some).ok_or_else(|| unknown_project("/id"));
    }
    match given.text("code") {
        Some(code) => Ok(projects::find_by_code(conn, code, sight)?),
        None => Ok(None),
    }
}

fn change(
    conn: &mut Conn,
    desk: &mut Desk<'_>,
    given: &Given,
    project: Project,
) -> Result<Done, Problem> {
    desk.once(format!("id {}", project.id), given)?;
    let before = ProjectView::from(desk.codes.of(project));
    let held = Held { fields: fields(&before)?, version: before.version };
    let Some(patch) = given.wanted(&held)? else {
        return Ok(Done::left(Some(before.id.0), before.name));
    };
    let after = save(conn, desk, given, patch, &before)?;
    let changes = differences(Some(&before), &after);
    Ok(Done { action: RowAction::Change, id: Some(after.id.0), label: after.name, changes })
}

fn save(
    conn: &mut Conn,
    desk: &Desk<'_>,
    given: &Given,
    patch: Map<String, Value>,
    before: &ProjectView,
) -> Result<ProjectView, Problem> {
    let patch: Patch<ProjectInput> = judge(Value::Object(patch))?;
    desk.write(conn, given, |conn| {
        let mut ask = desk.ask(conn);
        let change = write::revise(&mut ask, &desk.codes, before.id, before.version, &patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })
}

fn create(conn: &mut Conn, desk: &mut Desk<'_>, given: &Given) -> Result<Done, Problem> {
    if let Some(left) = same_again(conn, desk, given)? {
        return Ok(left);
    }
    given.must_be_new()?;
    let input: ProjectInput = judge(Value::Object(given.body()))?;
    let made = desk.write(conn, given, |conn| {
        let mut ask = desk.ask(conn);
        let change = write::register(&ask, &desk.codes, &input)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    if given.is_whole() {
        // Only if the creation is kept: after a rollback the next record gets the same id.
        desk.once(format!("id {}", made.id), given)?;
    }
    let changes = differences(None, &made);
    Ok(Done { action: RowAction::Create, id: Some(made.id.0), label: made.name, changes })
}

/// Handles a row without id and code whose name exists: unchanged if all values are equal, so that
/// importing a file twice creates no duplicates; otherwise an error, since it may be another
/// project.
fn same_again(
    conn: &mut Conn,
    desk: &mut Desk<'_>,
    given: &Given,
) -> Result<Option<Done>, Problem> {
    let Some(name) = given.text("name").filter(|_| given.said("code").is_none()) else {
        return Ok(None);
    };
    let called_so = projects::named(conn, name, desk.caller.sees())?;
    let ids: Vec<String> = called_so.iter().map(|p| p.id.to_string()).collect();
    for project in called_so {
        let view = ProjectView::from(desk.codes.of(project));
        let held = Held { fields: fields(&view)?, version: view.version };
        if matches!(given.wanted(&held), Ok(None)) {
            desk.once(format!("id {}", view.id), given)?;
            return Ok(Some(Done::left(Some(view.id.0), view.name)));
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
