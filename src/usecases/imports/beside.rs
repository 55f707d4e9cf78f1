//! What a file of projects says beside a project: its units, its ids in other systems, and the plan
//! of one year.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::error::FieldError;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::month::Year;
use crate::domain::project::external_id::ExternalId;
use crate::domain::reference::unit::{ProjectUnit, UnitKind, UnitRole};
use crate::domain::words::Words;
use crate::store::projects;
use crate::store::projects::beside::{self as stored_beside, BesideProject};
use crate::store::projects::units as project_units;
use crate::store::reference::units;
use crate::usecases::ask::Ask;
use crate::usecases::imports::RecordFields;
use crate::usecases::imports::beside_plan::{self, PlanChoices};
use crate::usecases::permission::{AssignUnits, EditReference, Permission};
use crate::usecases::projects::external_ids::{self, ExternalIdView, ExternalIdsInput};
use crate::usecases::projects::units::{
    ProjectUnitInput, ProjectUnitsInput, decide_replacement, save as save_units,
};
use crate::usecases::reference::units::{UnitInput, decide_creation, save as save_unit};
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Characters that separate names in a cell.
pub(crate) const SEPARATORS: [char; 6] = ['、', ',', '，', ';', '；', '\n'];

/// Columns of units, each with its role.
pub(crate) const UNIT_COLUMNS: [(&str, UnitRole); 5] = [
    ("owner", UnitRole::Owner),
    ("lead", UnitRole::Lead),
    ("support", UnitRole::Support),
    ("territory", UnitRole::Territory),
    ("regulator", UnitRole::Regulator),
];

/// What the caller decided for the whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct BesideChoices {
    /// Kind of the units to add, by column.
    pub unit_kinds: BTreeMap<&'static str, UnitKind>,
    /// What was decided about year plans.
    pub plan: PlanChoices,
}

/// Names as a cell has them. Names that a cell would separate are not shown; a blank cell keeps them.
fn joined(names: impl Iterator<Item = String>) -> Value {
    let names: Vec<String> = names.collect();
    let would_separate = |name: &String| name.contains(SEPARATORS);
    if names.is_empty() || names.iter().any(would_separate) {
        Value::Null
    } else {
        json!(names.join("; "))
    }
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
pub(crate) fn current(
    ask: &mut Ask<'_>,
    project: ProjectId,
    year: Option<Year>,
) -> Result<RecordFields, Refusal> {
    let stored = stored_beside::of(ask.conn, &[project], year)?.remove(&project);
    Ok(fields(&stored.unwrap_or_default(), year))
}

/// What is stored beside a project by column name; the plan is that of `year`.
pub(crate) fn fields(stored: &BesideProject, year: Option<Year>) -> RecordFields {
    let mut fields = RecordFields::new();
    for (column, role) in UNIT_COLUMNS {
        let of_role = stored.units.iter().filter(|unit| unit.role == role);
        fields.insert(column.to_owned(), joined(of_role.map(|unit| unit.unit.clone())));
    }
    if let Some(unit) = contact_of(&stored.units).and_then(|at| stored.units.get(at)) {
        fields.insert("contact".to_owned(), json!(unit.contact));
        fields.insert("phone".to_owned(), json!(unit.phone));
    }
    let ids = joined(stored.external_ids.iter().map(ToString::to_string));
    fields.insert("external_ids".to_owned(), ids);
    if let Some((year, plan)) = year.zip(stored.plan.as_ref()) {
        fields.insert("plan_year".to_owned(), json!(year));
        fields.insert("annual_investment_wan".to_owned(), json!(plan.annual));
        fields.insert("goal".to_owned(), json!(plan.goal));
    }
    fields
}

/// What a row says beside its project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowBeside<'a> {
    /// What differs from what is stored.
    pub changes: &'a RecordFields,
    /// All that the row says.
    pub said: &'a RecordFields,
}

/// Saves what a row changes beside `project`.
///
/// # Errors
/// Invalid, with every wrong field; forbidden without the permission for units, plans or reference
/// data.
pub(crate) fn save(
    ask: &mut Ask<'_>,
    project: ProjectId,
    row: RowBeside<'_>,
    choices: &BesideChoices,
) -> Result<(), Refusal> {
    let RowBeside { changes, said } = row;
    let mut errors = Vec::new();
    let has = |names: &[&str]| names.iter().any(|name| changes.contains_key(*name));
    if has(&["owner", "lead", "support", "territory", "regulator", "contact", "phone"]) {
        collect(replace_units(ask, project, row, choices), &mut errors, "/owner")?;
    }
    if let Some(text) = text(changes, "external_ids") {
        collect(replace_ids(ask, project, text), &mut errors, "/external_ids")?;
    }
    if has(&["annual_investment_wan", "goal", "plan_year"]) {
        let entered = beside_plan::enter(ask, project, said, &choices.plan);
        collect(entered, &mut errors, "/annual_investment_wan")?;
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
    RowBeside { changes, said }: RowBeside<'_>,
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
    // Of the row, not only what differs: the contact may be that of another unit now.
    put_contact(&mut after, said)?;
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

fn put_contact(units: &mut [ProjectUnit], said: &RecordFields) -> Result<(), Refusal> {
    let contact = text(said, "contact");
    let phone = text(said, "phone");
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
    if let Some(contact) = contact {
        contact.clone_into(&mut unit.contact);
    }
    if let Some(phone) = phone {
        phone.clone_into(&mut unit.phone);
    }
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
