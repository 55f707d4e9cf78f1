//! Import of milestone rows.

use serde_json::{Map, Value, json};

use crate::api::imports::context::{RowContext, differences, fields, required};
use crate::api::imports::entered::{CurrentRecord, EnteredRow};
use crate::api::imports::log::{RowAction, RowResult};
use crate::api::imports::year_plan_rows::same_project;
use crate::domain::error::FieldError;
use crate::domain::id::MilestoneId;
use crate::domain::milestone::Milestone;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::store::{Conn, StoreError, milestones, projects};
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::milestones::{MilestoneKey, write};

/// Creates or updates the milestone of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    let project = project(conn, context, entered)?;
    let found = find(conn, entered, &project)?;
    match found {
        Some(milestone) => {
            context.once(format!("id {}", milestone.id), entered)?;
            revise(conn, context, entered, &project, milestone)
        }
        None => create(conn, context, entered, &project),
    }
}

/// The project given in the row, or the one the milestone id belongs to.
fn project(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
) -> Result<Project, Problem> {
    let said = ["project_id", "project_code", "project"];
    let id = entered.whole("id").filter(|_| said.iter().all(|name| entered.said(name).is_none()));
    let Some(id) = id else {
        return context.project(conn, entered);
    };
    let project = match milestones::project_of(conn, MilestoneId(id))? {
        Some(project) => projects::find(conn, project, context.caller.sees())?,
        None => None,
    };
    project.ok_or_else(unknown_milestone)
}

fn find(
    conn: &mut Conn,
    entered: &EnteredRow,
    project: &Project,
) -> Result<Option<Milestone>, Problem> {
    if let Some(id) = entered.whole("id") {
        return match milestones::get(conn, project.id, MilestoneId(id)) {
            Ok(milestone) => Ok(Some(milestone)),
            Err(StoreError::NotFound) => Err(unknown_milestone()),
            Err(other) => Err(other.into()),
        };
    }
    match entered.text("code") {
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
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
    project: &Project,
) -> Result<RowResult, Problem> {
    entered.must_be_new()?;
    same_project(entered, project)?;
    let mut body = entered.body();
    let mut later = Map::new();
    for name in ["forecast_date", "forecast_reason", "evidence"] {
        later.extend(body.remove(name).map(|value| (name.to_owned(), value)));
    }
    let input = checked(Value::Object(body))?;
    let patch = (!later.is_empty()).then(|| checked(Value::Object(renamed(later)))).transpose()?;
    let mut made = context.write(conn, entered, |conn| {
        let mut ask = context.ask(conn);
        let addition = write::decide_creation(&mut ask, project.id, &input)?;
        let made = ask.save(|conn| write::save(conn, addition))?;
        let Some(patch) = &patch else {
            return Ok(made);
        };
        let key = MilestoneKey { project: project.id, milestone: made.id };
        let change = write::decide_update(&mut ask, key, made.version, patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    if entered.is_whole() {
        // Only if the creation is kept: after a rollback the next record gets the same id.
        context.once(format!("id {}", made.id), entered)?;
    }
    let warnings = made.warnings.take().unwrap_or_default();
    let changes = differences(None, &made);
    let id = Some(made.id.0);
    let label = label(project, &made.name);
    Ok(RowResult { action: RowAction::Create, id, label, changes, warnings })
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
    context: &RowContext<'_>,
    entered: &EnteredRow,
    project: &Project,
    milestone: Milestone,
) -> Result<RowResult, Problem> {
    let before = MilestoneView::of(milestone, context.now.today);
    let id = before.id;
    let label = label(project, &before.name);
    let current = CurrentRecord { fields: columns_of(&before, project)?, version: before.version };
    let Some(mut patch) = entered.wanted(&current)? else {
        return Ok(RowResult::left(Some(id.0), label));
    };
    same_project(entered, project)?;
    // A forecast requires a reason, and a reason requires a forecast.
    if patch.contains_key("forecast_date") || patch.contains_key("forecast_reason") {
        for name in ["forecast_date", "forecast_reason"] {
            let said = entered.said(name).or(current.fields.get(name)).filter(|v| !v.is_null());
            patch.extend(said.cloned().map(|value| (name.to_owned(), value)));
        }
        if !patch.contains_key("forecast_date") {
            return Err(Problem::invalid(vec![required("forecast_date")]));
        }
        if patch.get("forecast_reason") == Some(&Value::from("")) {
            patch.remove("forecast_reason");
        }
    }
    let patch = checked(Value::Object(renamed(patch)))?;
    let key = MilestoneKey { project: project.id, milestone: id };
    let mut after = context.write(conn, entered, |conn| {
        let mut ask = context.ask(conn);
        let change = write::decide_update(&mut ask, key, before.version, &patch)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })?;
    let warnings = after.warnings.take().unwrap_or_default();
    let changes = differences(Some(&before), &after);
    Ok(RowResult { action: RowAction::Change, id: Some(id.0), label, changes, warnings })
}
