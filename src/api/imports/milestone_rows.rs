//! Import of milestone rows.

use serde_json::{Map, Value, json};

use crate::api::imports::desk::{Desk, differences, fields, required};
use crate::api::imports::given::{Given, Held};
use crate::api::imports::tally::{Done, RowAction};
use crate::api::imports::year_plan_rows::same_project;
use crate::domain::error::FieldError;
use crate::domain::id::MilestoneId;
use crate::domain::milestone::Milestone;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::http::body::judge;
use crate::http::problem::Problem;
use crate::store::{Conn, StoreError, milestones, projects};
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::milestones::{MilestoneKey, write};

/// Creates or updates the milestone of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(conn: &mut Conn, desk: &mut Desk<'_>, given: &Given) -> Result<Done, Problem> {
    let project = project(conn, desk, given)?;
    let found = find(conn, given, &project)?;
    match found {
        Some(milestone) => {
            desk.once(format!("id {}", milestone.id), given)?;
            revise(conn, desk, given, &project, milestone)
        }
        None => create(conn, desk, given, &project),
    }
}

/// The project given in the row, or the one the milestone id belongs to.
fn project(conn: &mut Conn, desk: &Desk<'_>, given: &Given) -> Result<Project, Problem> {
    let said = ["project_id", "project_code", "project"];
    let id = given.whole("id").filter(|_| said.iter().all(|name| given.said(name).is_none()));
    let Some(id) = id else {
        return desk.project(conn, given);
    };
    let project = match milestones::project_of(conn, MilestoneId(id))? {
        Some(project) => projects::find(conn, project, desk.caller.sees())?,
        None => None,
    };
    project.ok_or_else(unknown_milestone)
}

fn find(conn: &mut Conn, given: &Given, project: &Project) -> Result<Option<Milestone>, Problem> {
    if let Some(id) = given.whole("id") {
        return match milestones::get(conn, project.id, MilestoneId(id)) {
            Ok(milestone) => Ok(Some(milestone)),
            Err(StoreError::NotFound) => Err(unknown_milestone()),
            Err(other) => Err(other.into()),
        };
    }
    match given.text("code") {
        Some(code) => Ok(milestones::find_by_code(conn, project.id, code)?),
        None => Err(Problem::invalid(vec![required("code")])),
    }
}

fn unknown_milestone() -> Problem {
    let words = Words::new(
        "没有这个节点，或您无权办理；新增的节点请将编号留空。",
        "The milestone does not exist or is not visible to you. Leave the id blank for a new milestone.",
    );
    Problem::invalid(vec![FieldError::new("/id", "unknown-milestone", words)])
}

/// Fields of a milestone by column name.
///
/// # Errors
/// 500.
pub fn columns_of(view: &MilestoneView, project: &Project) -> Result<Map<String, Value>, Problem> {
    let mut all = fields(view)?;
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

fn label(project: &Project, name: &str) -> String {
    format!("{} {name}", project.facts.name)
}

fn create(
    conn: &mut Conn,
    desk: &mut Desk<'_>,
    given: &Given,
    project: &Project,
) -> Result<Done, Problem> {
    given.must_be_new()?;
    same_project(given, project)?;
    let (mut body, mut later) = (given.body(), Map::new());
    for name in ["forecast_date", "forecast_reason", "evidence"] {
        later.extend(body.remove(name).map(|value| (name.to_owned(), value)));
    }
    let input = judge(Value::Object(body))?;
    let patch = (!later.is_empty()).then(|| judge(Value::Object(renamed(later)))).transpose()?;
    let made = desk.write(conn, given, |conn| {
        let mut ask = desk.ask(conn);
        let addition = write::decide_creation(&mut ask, project.id, &input)?;
        let made = ask.save(|conn| write::save(conn, addition))?;
        let Some(patch) = &patch else {
            return Ok(made);
        };
        let key = MilestoneKey { project: project.id, milestone: made.id };
        let change = write::decide_update(&mut ask, key, made.version, patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    if given.is_whole() {
        // Only if the creation is kept: after a rollback the next record gets the same id.
        desk.once(format!("id {}", made.id), given)?;
    }
    let (changes, label) = (differences(None, &made), label(project, &made.name));
    Ok(Done { action: RowAction::Create, id: Some(made.id.0), label, changes })
}

/// Requests call the reason of a forecast `reason`.
fn renamed(mut body: Map<String, Value>) -> Map<String, Value> {
    if let Some(reason) = body.remove("forecast_reason") {
        body.insert("reason".into(), reason);
    }
    body
}

fn revise(
    conn: &mut Conn,
    desk: &Desk<'_>,
    given: &Given,
    project: &Project,
    milestone: Milestone,
) -> Result<Done, Problem> {
    let before = MilestoneView::of(milestone, desk.now.today);
    let (id, label) = (before.id, label(project, &before.name));
    let held = Held { fields: columns_of(&before, project)?, version: before.version };
    let Some(mut patch) = given.wanted(&held)? else {
        return Ok(Done::left(Some(id.0), label));
    };
    same_project(given, project)?;
    // A forecast requires a reason, and a reason requires a forecast.
    if patch.contains_key("forecast_date") || patch.contains_key("forecast_reason") {
        for name in ["forecast_date", "forecast_reason"] {
            let said = given.said(name).or(held.fields.get(name)).filter(|v| !v.is_null());
            patch.extend(said.cloned().map(|value| (name.to_owned(), value)));
        }
        if !patch.contains_key("forecast_date") {
            return Err(Problem::invalid(vec![required("forecast_date")]));
        }
        if patch.get("forecast_reason") == Some(&Value::from("")) {
            patch.remove("forecast_reason");
        }
    }
    let patch = judge(Value::Object(renamed(patch)))?;
    let key = MilestoneKey { project: project.id, milestone: id };
    let after = desk.write(conn, given, |conn| {
        let mut ask = desk.ask(conn);
        let change = write::decide_update(&mut ask, key, before.version, &patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    let changes = differences(Some(&before), &after);
    Ok(Done { action: RowAction::Change, id: Some(id.0), label, changes })
}
