//! Import of monthly report rows.

use serde_json::{Map, Value, json};

use crate::api::imports::column::Part;
use crate::api::imports::context::{RowContext, differences, fields, required};
use crate::api::imports::entered::{CurrentRecord, EnteredRow};
use crate::api::imports::kind::ImportKind;
use crate::api::imports::log::{RowAction, RowResult};
use crate::api::imports::year_plan_rows::same_project;
use crate::domain::project::Project;
use crate::domain::words::Language;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::store::reports::filed;
use crate::store::{Conn, reports};
use crate::usecases::ask::Ask;
use crate::usecases::precondition::Precondition;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;
use crate::usecases::reports::write;

/// Creates or updates the draft report of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    let project = context.project(conn, entered)?;
    let month = entered.text("month").and_then(|month| month.parse().ok());
    let month = month.ok_or_else(|| Problem::invalid(vec![required("month")]))?;
    let label = format!("{} {month}", project.facts.name);
    context.once(format!("{} {month}", project.id), entered)?;
    if entered.is_silent() {
        return Ok(RowResult::left(None, label));
    }
    let at = ReportKey { project: project.id, month };
    match reports::find(conn, project.id, month)? {
        Some(report) => {
            let before = ReportView::of(filed::of(conn, report)?, Language::Chinese);
            rewrite(conn, context, entered, (at, label), &project, &before)
        }
        None => draft(conn, context, entered, (at, label), &project),
    }
}

/// Fields of a report by column name.
///
/// # Errors
/// 500.
pub fn columns_of(view: &ReportView, project: &Project) -> Result<Map<String, Value>, Problem> {
    let mut all = fields(view)?;
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

type At = (ReportKey, String);

fn draft(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    (at, label): At,
    project: &Project,
) -> Result<RowResult, Problem> {
    entered.must_be_new()?;
    same_project(entered, project)?;
    let input: ReportInput = checked(Value::Object(entered.body()))?;
    let made = save(conn, context, entered, (at, Precondition::Absent), &input)?;
    let changes = differences(None, &made);
    Ok(RowResult { action: RowAction::Create, id: Some(made.id.0), label, changes })
}

fn rewrite(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    (at, label): At,
    project: &Project,
    before: &ReportView,
) -> Result<RowResult, Problem> {
    let current = CurrentRecord { fields: columns_of(before, project)?, version: before.version };
    let Some(patch) = entered.wanted(&current)? else {
        return Ok(RowResult::left(Some(before.id.0), label));
    };
    same_project(entered, project)?;
    // The request replaces all writable fields, so absent columns keep their current values.
    let mut body = Map::new();
    for column in ImportKind::Reports.columns().iter().filter(|c| c.part == Part::Write) {
        let now = current.fields.get(column.name).cloned();
        body.extend(now.map(|value| (column.name.to_owned(), value)));
    }
    body.extend(patch);
    let input: ReportInput = checked(Value::Object(body))?;
    let is = Precondition::Version(before.version.into());
    let after = save(conn, context, entered, (at, is), &input)?;
    let changes = differences(Some(before), &after);
    Ok(RowResult { action: RowAction::Change, id: Some(after.id.0), label, changes })
}

fn save(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    (at, precondition): (ReportKey, Precondition),
    input: &ReportInput,
) -> Result<ReportView, Problem> {
    context.write(conn, entered, |conn| {
        let mut ask = Ask::new(conn, context.caller, context.now, Language::Chinese);
        let change = write::decide(&mut ask, at, precondition, input)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })
}
