//! Import of monthly report rows.

use serde_json::{Map, Value, json};

use crate::api::imports::column::Part;
use crate::api::imports::desk::{Desk, differences, fields, required};
use crate::api::imports::given::{Given, Held};
use crate::api::imports::kind::ImportKind;
use crate::api::imports::tally::{Done, RowAction};
use crate::api::imports::year_plan_rows::same_project;
use crate::domain::project::Project;
use crate::domain::words::Language;
use crate::http::body::judge;
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
pub fn row(conn: &mut Conn, desk: &mut Desk<'_>, given: &Given) -> Result<Done, Problem> {
    let project = desk.project(conn, given)?;
    let month = given.text("month").and_then(|month| month.parse().ok());
    let month = month.ok_or_else(|| Problem::invalid(vec![required("month")]))?;
    let label = format!("{} {month}", project.facts.name);
    desk.once(format!("{} {month}", project.id), given)?;
    if given.is_silent() {
        return Ok(Done::left(None, label));
    }
    let at = ReportKey { project: project.id, month };
    match reports::find(conn, project.id, month)? {
        Some(report) => {
            let before = ReportView::of(filed::of(conn, report)?, Language::Chinese);
            rewrite(conn, desk, given, (at, label), &project, &before)
        }
        None => draft(conn, desk, given, (at, label), &project),
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
    desk: &Desk<'_>,
    given: &Given,
    (at, label): At,
    project: &Project,
) -> Result<Done, Problem> {
    given.must_be_new()?;
    same_project(given, project)?;
    let input: ReportInput = judge(Value::Object(given.body()))?;
    let made = save(conn, desk, given, (at, Precondition::Absent), &input)?;
    let changes = differences(None, &made);
    Ok(Done { action: RowAction::Create, id: Some(made.id.0), label, changes })
}

fn rewrite(
    conn: &mut Conn,
    desk: &Desk<'_>,
    given: &Given,
    (at, label): At,
    project: &Project,
    before: &ReportView,
) -> Result<Done, Problem> {
    let held = Held { fields: columns_of(before, project)?, version: before.version };
    let Some(patch) = given.wanted(&held)? else {
        return Ok(Done::left(Some(before.id.0), label));
    };
    same_project(given, project)?;
    // The request replaces all writable fields, so absent columns keep their current values.
    let mut body = Map::new();
    for column in ImportKind::Reports.columns().iter().filter(|c| c.part == Part::Write) {
        let now = held.fields.get(column.name).cloned();
        body.extend(now.map(|value| (column.name.to_owned(), value)));
    }
    body.extend(patch);
    let input: ReportInput = judge(Value::Object(body))?;
    let is = Precondition::Version(before.version);
    let after = save(conn, desk, given, (at, is), &input)?;
    let changes = differences(Some(before), &after);
    Ok(Done { action: RowAction::Change, id: Some(after.id.0), label, changes })
}

fn save(
    conn: &mut Conn,
    desk: &Desk<'_>,
    given: &Given,
    (at, precondition): (ReportKey, Precondition),
    input: &ReportInput,
) -> Result<ReportView, Problem> {
    desk.write(conn, given, |conn| {
        let mut ask = Ask::new(conn, desk.caller, desk.now, Language::Chinese);
        let change = write::decide(&mut ask, at, precondition, input)?;
        Ok(ask.save(|conn| write::save(conn, change))?)
    })
}
