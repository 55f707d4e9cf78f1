//! Import of year plan rows.

use serde_json::{Map, Value, json};

use crate::api::imports::context::{RowContext, differences, fields, required};
use crate::api::imports::entered::{CurrentRecord, EnteredRow};
use crate::api::imports::log::{RowAction, RowResult};
use crate::domain::error::FieldError;
use crate::domain::month::Year;
use crate::domain::plan::year_plan::{PlanVersion, YearPlan};
use crate::domain::project::Project;
use crate::domain::words::{Language, Words};
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::plans::year_plans;
use crate::usecases::ask::Ask;
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::plans::year_plan_view::{PlanVersionView, YearPlanView};

/// Creates or adjusts the year plan of a row.
///
/// # Errors
/// All errors of the row.
pub fn row(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    let project = context.project(conn, entered)?;
    let year = year(entered)?;
    let label = format!("{} {year}", project.facts.name);
    context.once(format!("{} {year}", project.id), entered)?;
    if entered.is_silent() {
        return Ok(RowResult::left(None, label));
    }
    let at = YearPlanKey { project: project.id, year };
    match year_plans::find(conn, project.id, year)? {
        Some(plan) => change(conn, context, entered, (at, label), &project, &plan),
        None => first(conn, context, entered, (at, label), &project),
    }
}

fn year(entered: &EnteredRow) -> Result<Year, Problem> {
    let refuse = |error| Problem::invalid(vec![error]);
    let number = entered.whole("year").ok_or_else(|| refuse(required("year")))?;
    i32::try_from(number).ok().and_then(Year::new).ok_or_else(|| {
        let words = Words::new("应为年份，如 2021。", "Must be a year, such as 2021.");
        refuse(FieldError::new("/year", "out-of-range", words))
    })
}

fn month_column(number: usize) -> String {
    format!("month_{number:02}_wan")
}

/// Fields of a plan version by column name.
///
/// # Errors
/// 500.
pub fn columns_of(version: PlanVersion, project: &Project) -> Result<Map<String, Value>, Problem> {
    let months = version.months;
    let mut all = fields(&PlanVersionView::from(version))?;
    all.remove("months");
    for (number, amount) in (1..).zip(months.0) {
        all.insert(month_column(number), json!(amount));
    }
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

/// Combines the twelve month columns into the list `months`.
fn with_months(mut body: Map<String, Value>) -> Result<Value, Problem> {
    let mut months = Vec::new();
    let mut missing = Vec::new();
    for name in (1..=12).map(month_column) {
        match body.remove(&name) {
            Some(amount) => months.push(amount),
            None => missing.push(required(&name)),
        }
    }
    if !missing.is_empty() {
        if !body.contains_key("annual_investment_wan") {
            missing.insert(0, required("annual_investment_wan"));
        }
        return Err(Problem::invalid(missing));
    }
    body.insert("months".into(), Value::Array(months));
    Ok(Value::Object(body))
}

type At = (YearPlanKey, String);

fn first(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    (at, label): At,
    project: &Project,
) -> Result<RowResult, Problem> {
    entered.must_be_new()?;
    same_project(entered, project)?;
    let mut body = entered.body();
    let kind = body.remove("kind");
    let input: YearPlanInput = checked(with_months(body)?)?;
    let made = context.write(conn, entered, |conn| {
        let mut ask = Ask::new(conn, context.caller, context.now, Language::Chinese);
        let change = year_plan::decide_first(&mut ask, at, &input)?;
        let made = ask.save(|conn| year_plan::save_first(conn, change))?;
        must_be_of_kind(kind.as_ref(), &made)?;
        Ok(made)
    })?;
    let changes = made.versions.last().map(|v| differences(None, v)).unwrap_or_default();
    let warnings = Vec::new();
    Ok(RowResult { action: RowAction::Create, id: None, label, changes, warnings })
}

/// Checks that the kind, if given, is the one that follows from the month of a first version.
fn must_be_of_kind(kind: Option<&Value>, made: &YearPlanView) -> Result<(), Problem> {
    let is = made.versions.last().map(|v| v.kind.as_str()).unwrap_or_default();
    if kind.and_then(Value::as_str).is_none_or(|kind| kind == is) {
        return Ok(());
    }
    let words = Words::new(
        format!("该项目当年尚无计划，首个版本的类型为 {is}；请留空。"),
        format!(
            "The project has no plan for this year yet, so the kind of its first version is {is}. Leave it blank."
        ),
    );
    Err(Problem::invalid(vec![FieldError::new("/kind", "not-allowed", words)]))
}

/// Checks that the name given together with an id or code is the project's name.
///
/// # Errors
/// 422.
pub fn same_project(entered: &EnteredRow, project: &Project) -> Result<(), Problem> {
    let is = &project.facts.name;
    if entered.text("project").is_none_or(|name| name == is) {
        return Ok(());
    }
    let words = Words::new(
        format!("与项目编号或代码不符（该项目名为“{is}”）；请核对是哪个项目。"),
        format!(
            "Does not match the project id or code: that project's name is {is:?}. Correct the id, code or name."
        ),
    );
    Err(Problem::invalid(vec![FieldError::new("/project", "mismatch", words)]))
}

/// Columns that justify a version.
const WHY: [&str; 4] = ["kind", "effective_month", "document_number", "reason"];

/// Rejects changed amounts if kind, month, document and reason are still those of the exported
/// version.
fn same_reason() -> Problem {
    let words = Words::new(
        "金额已变，而版本类型、生效月份、文号和原因仍是上一版本的；请写明这次调整的依据和原因。",
        "The amounts changed, but kind, effective month, document and reason are still those of the previous version. Give the document and reason of this change.",
    );
    Problem::invalid(vec![FieldError::new("/reason", "reason-required", words)])
}

fn change(
    conn: &mut Conn,
    context: &RowContext<'_>,
    entered: &EnteredRow,
    (at, label): At,
    project: &Project,
    plan: &YearPlan,
) -> Result<RowResult, Problem> {
    let last = plan.versions.last().ok_or_else(|| Problem::broken("a plan has no version"))?;
    let mut now = columns_of(last.clone(), project)?;
    let current = CurrentRecord { fields: now.clone(), version: plan.version };
    let Some(patch) = entered.wanted(&current)? else {
        return Ok(RowResult::left(None, label));
    };
    same_project(entered, project)?;
    if !WHY.iter().any(|name| patch.contains_key(*name)) {
        return Err(same_reason());
    }
    // Absent and blank columns keep the values of the last version.
    for own in ["number", "created_at", "project"] {
        now.remove(own);
    }
    now.extend(patch);
    let input: AdjustmentInput = checked(with_months(now)?)?;
    let made = context.write(conn, entered, |conn| {
        let mut ask = Ask::new(conn, context.caller, context.now, Language::Chinese);
        let change = year_plan::decide_adjustment(&mut ask, at, &input)?;
        Ok(ask.save(|conn| year_plan::save_adjustment(conn, change))?)
    })?;
    let before = PlanVersionView::from(last.clone());
    let changes = made.versions.last().map(|v| differences(Some(&before), v)).unwrap_or_default();
    let warnings = Vec::new();
    Ok(RowResult { action: RowAction::Change, id: None, label, changes, warnings })
}
