//! What a file of projects says beside a project: its units, its ids in other systems, and the plan
//! of one year.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::error::FieldError;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::external_id::ExternalId;
use crate::domain::reference::unit::{ProjectUnit, UnitKind, UnitRole};
use crate::domain::words::Words;
use crate::store::plans::year_plans;
use crate::store::projects;
use crate::store::projects::{external_ids as stored_ids, units as project_units};
use crate::store::reference::units;
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, required};
use crate::usecases::permission::{AssignUnits, EditReference, Permission, PlanYears};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::YearPlanInput;
use crate::usecases::projects::external_ids::{self, ExternalIdView, ExternalIdsInput};
use crate::usecases::projects::units::{
    ProjectUnitInput, ProjectUnitsInput, decide_replacement, save as save_units,
};
use crate::usecases::reference::units::{UnitInput, decide_creation, save as save_unit};
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Columns of units, each with its role.
pub const UNIT_COLUMNS: [(&str, UnitRole); 5] = [
    ("owner", UnitRole::Owner),
    ("lead", UnitRole::Lead),
    ("support", UnitRole::Support),
    ("territory", UnitRole::Territory),
    ("regulator", UnitRole::Regulator),
];

/// What the caller decided for the whole file.
#[derive(Clone, Debug, Default)]
pub struct BesideChoices {
    /// Kind of the units to add, by column.
    pub unit_kinds: BTreeMap<&'static str, UnitKind>,
    /// True if a year plan is spread evenly over the months, false if all of it is in December;
    /// absent if nothing was decided.
    pub is_even: Option<bool>,
}

/// Names as a cell has them.
fn joined(names: impl Iterator<Item = String>) -> Value {
    let names = names.collect::<Vec<_>>().join("; ");
    if names.is_empty() { Value::Null } else { json!(names) }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split("; ").filter(|name| !name.is_empty())
}

/// The unit that has the contact of a project: its first owner, or else its first leading unit.
fn contact_of(units: &[ProjectUnit]) -> Option<usize> {
    let first = |role| units.iter().position(|unit| unit.role == role);
    first(UnitRole::Owner).or_else(|| first(UnitRole::Lead))
}

/// The fields of `project` by column name, with the plan of `year`.
///
/// # Errors
/// Database errors only.
pub fn current(
    ask: &mut Ask<'_>,
    project: ProjectId,
    year: Option<Year>,
) -> Result<RecordFields, Refusal> {
    let all = project_units::list(ask.conn, project)?;
    let mut fields = RecordFields::new();
    for (column, role) in UNIT_COLUMNS {
        let named = all.iter().filter(|unit| unit.role == role).map(|unit| unit.unit.clone());
        fields.insert(column.to_owned(), joined(named));
    }
    if let Some(unit) = contact_of(&all).and_then(|at| all.get(at)) {
        fields.insert("contact".to_owned(), json!(unit.contact));
        fields.insert("phone".to_owned(), json!(unit.phone));
    }
    let ids = stored_ids::list(ask.conn, project)?;
    fields.insert("external_ids".to_owned(), joined(ids.iter().map(ToString::to_string)));
    if let Some(year) = year {
        let plan = year_plans::find(ask.conn, project, year)?;
        if let Some(last) = plan.as_ref().and_then(|plan| plan.versions.last()) {
            fields.insert("plan_year".to_owned(), json!(year));
            fields.insert("annual_investment_wan".to_owned(), json!(last.annual));
            fields.insert("goal".to_owned(), json!(last.goal));
        }
    }
    Ok(fields)
}

/// Saves `changes` of what is stored beside `project`; `all` are all fields of the row.
///
/// # Errors
/// Invalid, with every wrong field; forbidden without the permission for units, plans or reference
/// data.
pub fn save(
    ask: &mut Ask<'_>,
    project: ProjectId,
    changes: &RecordFields,
    all: &RecordFields,
    choices: &BesideChoices,
) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    let has = |names: &[&str]| names.iter().any(|name| changes.contains_key(*name));
    if has(&["owner", "lead", "support", "territory", "regulator", "contact", "phone"]) {
        collect(replace_units(ask, project, changes, choices), &mut errors, "/owner")?;
    }
    if let Some(text) = text(changes, "external_ids") {
        collect(replace_ids(ask, project, text), &mut errors, "/external_ids")?;
    }
    if has(&["annual_investment_wan", "goal", "plan_year"]) {
        collect(enter_plan(ask, project, all, choices), &mut errors, "/annual_investment_wan")?;
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(errors)) }
}

/// Adds the errors of a refusal; those of other fields than a file has are errors at `pointer`.
fn collect(
    done: Result<(), Refusal>,
    errors: &mut Vec<FieldError>,
    pointer: &'static str,
) -> Result<(), Refusal> {
    let Err(refusal) = done else {
        return Ok(());
    };
    if matches!(refusal.kind, RefusalKind::Busy | RefusalKind::Broken | RefusalKind::Forbidden) {
        return Err(refusal);
    }
    if refusal.errors.is_empty() {
        errors.push(FieldError::new(pointer, refusal.code, refusal.words));
    }
    for error in refusal.errors {
        let is_other = error.pointer.starts_with("/items") || error.pointer.starts_with("/months");
        let pointer = if is_other { pointer.to_owned() } else { error.pointer.clone() };
        errors.push(FieldError { pointer, ..error });
    }
    Ok(())
}

fn text<'a>(fields: &'a RecordFields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn replace_units(
    ask: &mut Ask<'_>,
    project: ProjectId,
    changes: &RecordFields,
    choices: &BesideChoices,
) -> Result<(), Refusal> {
    ask.caller.must_be_able_to(AssignUnits::ACTIONS)?;
    let version = projects::get(ask.conn, project, ask.sight())?.version;
    let before = project_units::list(ask.conn, project)?;
    let mut after = Vec::new();
    for (column, role) in UNIT_COLUMNS {
        let of_role = before.iter().filter(|unit| unit.role == role);
        let Some(names) = text(changes, column) else {
            after.extend(of_role.cloned());
            continue;
        };
        for name in split(names) {
            let unit_id = unit(ask, column, name, choices)?;
            let there = before.iter().find(|u| u.role == role && u.unit_id == unit_id).cloned();
            let new = || ProjectUnit {
                unit_id,
                unit: name.to_owned(),
                role,
                contact: String::new(),
                phone: String::new(),
            };
            after.push(there.unwrap_or_else(new));
        }
    }
    put_contact(&mut after, changes)?;
    let items = after.into_iter().map(|unit| ProjectUnitInput {
        unit_id: unit.unit_id,
        role: unit.role,
        contact: unit.contact,
        phone: unit.phone,
    });
    let input = ProjectUnitsInput { items: items.collect() };
    let change = decide_replacement(ask, project, version, &input)?;
    ask.save(|conn| save_units(conn, change)).map(drop)
}

fn put_contact(units: &mut [ProjectUnit], changes: &RecordFields) -> Result<(), Refusal> {
    let (contact, phone) = (text(changes, "contact"), text(changes, "phone"));
    if contact.is_none() && phone.is_none() {
        return Ok(());
    }
    let Some(unit) = contact_of(units).and_then(|at| units.get_mut(at)) else {
        let words = Words::new(
            "联系人和电话属于项目单位或责任单位；请填写单位。",
            "A contact belongs to an owner or a leading unit. Name the unit.",
        );
        let pointer = if contact.is_some() { "/contact" } else { "/phone" };
        let error = FieldError::new(pointer, "no-unit", words);
        return Err(Refusal::invalid(vec![error.compared_with(&["/owner", "/lead"])]));
    };
    contact.into_iter().for_each(|contact| contact.clone_into(&mut unit.contact));
    phone.into_iter().for_each(|phone| phone.clone_into(&mut unit.phone));
    Ok(())
}

/// The unit with this name, which is added if the caller decided its kind.
fn unit(
    ask: &mut Ask<'_>,
    column: &'static str,
    name: &str,
    choices: &BesideChoices,
) -> Result<UnitId, Refusal> {
    if let Some(unit) = units::find_by_folded_name(ask.conn, name)? {
        return Ok(unit.id);
    }
    let Some(kind) = choices.unit_kinds.get(column) else {
        let words =
            Words::new(format!("没有名为“{name}”的单位。"), format!("No unit is called {name:?}."));
        let pointer = format!("/{column}");
        return Err(Refusal::invalid(vec![FieldError::new(pointer, "unknown-unit", words)]));
    };
    ask.caller.must_be_able_to(EditReference::ACTIONS)?;
    let input = UnitInput {
        name: name.to_owned(),
        kind: *kind,
        credit_code: None,
        credit_code_reason: String::new(),
        area_id: None,
    };
    let at_column = |mut refusal: Refusal| {
        for error in &mut refusal.errors {
            error.pointer = format!("/{column}");
        }
        refusal
    };
    let change = decide_creation(ask, &input).map_err(at_column)?;
    Ok(ask.save(|conn| save_unit(conn, change)).map_err(at_column)?.id)
}

fn replace_ids(ask: &mut Ask<'_>, project: ProjectId, text: &str) -> Result<(), Refusal> {
    let version = projects::get(ask.conn, project, ask.sight())?.version;
    let mut items = Vec::new();
    for part in split(text) {
        let id = ExternalId::of_text(&part.replace('：', ":")).ok_or_else(|| not_an_id(part))?;
        items.push(ExternalIdView::from(id));
    }
    let input = ExternalIdsInput { items };
    let change = external_ids::decide_replacement(ask, project, version, &input)?;
    ask.save(|conn| external_ids::save(conn, change)).map(drop)
}

fn not_an_id(part: &str) -> Refusal {
    let words = Words::new(
        format!("“{part}”应写作 系统:编号。"),
        format!("{part:?} must be the name of a system and its id: system:value."),
    );
    Refusal::invalid(vec![FieldError::new("/external_ids", "wrong-form", words)])
}

fn enter_plan(
    ask: &mut Ask<'_>,
    project: ProjectId,
    all: &RecordFields,
    choices: &BesideChoices,
) -> Result<(), Refusal> {
    ask.caller.must_be_able_to(PlanYears::ACTIONS)?;
    let year = all.get("plan_year").and_then(Value::as_i64);
    let year = year.and_then(|year| i32::try_from(year).ok()).and_then(Year::new);
    let annual = all.get("annual_investment_wan").cloned().unwrap_or_default();
    let annual: Option<Fen> = serde_json::from_value(annual).ok();
    let Some((year, annual)) = year.zip(annual) else {
        let missing = if year.is_none() { "plan_year" } else { "annual_investment_wan" };
        return Err(Refusal::invalid(vec![required(missing)]));
    };
    let key = YearPlanKey { project, year };
    if year_plans::find(ask.conn, project, year)?.is_some() {
        let words = Words::new(
            format!(
                "该项目已有 {year} 年度计划，与本行不同；调整计划须写明依据和原因，请用 kind=year_plans 导入。"
            ),
            format!(
                "The project has another plan for {year}. An adjustment needs its document and reason: import it with kind=year_plans."
            ),
        );
        let error = FieldError::new("/annual_investment_wan", "plan-exists", words);
        return Err(Refusal::invalid(vec![error]));
    }
    let input = YearPlanInput {
        annual_investment_wan: annual,
        months: months(annual, choices.is_even.unwrap_or(false)),
        goal: text(all, "goal").unwrap_or_default().to_owned(),
        effective_month: None,
        document_number: String::new(),
        reason: String::new(),
    };
    let change = year_plan::decide_first(ask, key, &input)?;
    ask.save(|conn| year_plan::save_first(conn, change)).map(drop)
}

/// Twelve amounts that sum to `annual`.
fn months(annual: Fen, is_even: bool) -> Vec<Fen> {
    let one = if is_even { Fen::new(annual.get() / 12) } else { Fen::ZERO };
    let mut months = vec![one; 11];
    months.push(annual - months.iter().copied().sum());
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_spread_over_its_months_exactly() {
        for (annual, is_even, first, last) in
            [(100, true, 8, 12), (100, false, 0, 100), (11, true, 0, 11), (0, true, 0, 0)]
        {
            let months = months(Fen::new(annual), is_even);
            assert_eq!(
                (months.len(), months[0], months[11]),
                (12, Fen::new(first), Fen::new(last))
            );
            assert_eq!(months.into_iter().sum::<Fen>(), Fen::new(annual));
        }
    }
}
