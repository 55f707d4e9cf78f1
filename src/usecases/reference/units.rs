//! Responsible units: listed, added, changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::{CreditCode, Override};
use crate::domain::id::{AreaId, UnitId};
use crate::domain::reference::unit::{Unit, UnitKind};
use crate::domain::text::{Line, Name};
use crate::store::events::{self, Event, changes};
use crate::store::reference::recorded::RecordedUnit;
use crate::store::reference::units::UnitFilter;
use crate::store::reference::{areas, units};
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// A responsible unit: department, zone, enterprise or institution.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Unit)]
pub(crate) struct UnitView {
    /// The unit's id.
    pub id: UnitId,
    /// Name of the unit; unique.
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code; null if unknown.
    pub credit_code: Option<String>,
    /// Reason why a code with a wrong check digit is correct; empty otherwise.
    pub credit_code_reason: String,
    /// The id of its area; null if it belongs to none.
    pub area_id: Option<AreaId>,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl From<Unit> for UnitView {
    fn from(unit: Unit) -> Self {
        Self {
            id: unit.id,
            name: unit.name,
            kind: unit.kind,
            credit_code: unit.credit_code,
            credit_code_reason: unit.credit_code_reason,
            area_id: unit.area_id,
            version: unit.version,
        }
    }
}

impl Versioned for UnitView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A responsible unit to add.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct UnitInput {
    /// Name of the unit; unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code (GB 32100-2015), 18 characters.
    #[serde(default)]
    #[schema(min_length = 18, max_length = 18)]
    pub credit_code: Option<String>,
    /// Reason why a code with a wrong check digit is correct.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub credit_code_reason: String,
    /// The id of its area.
    #[serde(default)]
    pub area_id: Option<AreaId>,
}

impl UnitInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "name": "滨河新材料有限公司", "kind": "enterprise", "credit_code": "91350100M000100Y43",
        })
    }
}

impl From<&Unit> for UnitInput {
    fn from(unit: &Unit) -> Self {
        Self {
            name: unit.name.clone(),
            kind: unit.kind,
            credit_code: unit.credit_code.clone(),
            credit_code_reason: unit.credit_code_reason.clone(),
            area_id: unit.area_id,
        }
    }
}

impl Patchable for UnitInput {
    const SCHEMA: &'static str = "UnitPatch";
    const DESCRIPTION: &'static str = "Changes to a unit; absent fields stay as they are, null \
        clears `credit_code` or `area_id`.";
    const FIXED: &'static [&'static str] = &[];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"credit_code": "91110000101623741K"})
    }
}

/// A unit that was decided on and is to be saved.
pub(crate) struct UnitChange {
    /// The unit before; `None` when it is added.
    before: Option<Unit>,
    unit: Unit,
    stamp: Stamp,
}

/// Units that `filter` admits, by name.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: &UnitFilter,
    page: &PageRequest,
) -> Result<PageView<UnitView>, Refusal> {
    Ok(PageView::of(units::list(ask.conn, filter, page)?, UnitView::from))
}

/// One unit.
///
/// # Errors
/// Not found.
pub(crate) fn get(ask: &mut Ask<'_>, id: UnitId) -> Result<UnitView, Refusal> {
    Ok(units::get(ask.conn, id)?.into())
}

/// Adds a unit.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn decide_creation(ask: &mut Ask<'_>, input: &UnitInput) -> Result<UnitChange, Refusal> {
    Ok(UnitChange { before: None, unit: parse(ask.conn, input)?, stamp: ask.stamp() })
}

/// Changes a unit, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    id: UnitId,
    version: impl Into<Expected>,
    patch: &Patch<UnitInput>,
) -> Result<UnitChange, Refusal> {
    let old = units::get(ask.conn, id)?;
    let changed = parse(ask.conn, &patch.merged(&UnitInput::from(&old))?)?;
    let version = version.into().of(old.version);
    let unit = Unit { id, version, ..changed };
    Ok(UnitChange { before: Some(old), unit, stamp: ask.stamp() })
}

fn parse(conn: &mut Conn, input: &UnitInput) -> Result<Unit, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    let reason = check.field("/credit_code_reason", Line::parse(&input.credit_code_reason));
    let given = reason.as_ref().is_some_and(|r| !r.as_str().is_empty());
    let accept = if given { Override::Reasoned } else { Override::None };
    let code = input.credit_code.as_deref().map(|code| CreditCode::parse(code, accept));
    let credit_code = check.optional("/credit_code", code).map(CreditCode::into_string);
    if let Some(area) = input.area_id {
        check.known("/area_id", areas::find(conn, area)?);
    }
    let parsed = name.zip(reason).map(|(name, reason)| Unit {
        id: UnitId(0),
        name: name.into_string(),
        kind: input.kind,
        credit_code,
        credit_code_reason: reason.into_string(),
        area_id: input.area_id,
        version: 1,
    });
    check.done(parsed)
}

/// Saves a unit and records the event.
///
/// # Errors
/// A conflict when another unit has the name or credit code; stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: UnitChange) -> Result<UnitView, Refusal> {
    let UnitChange { before, unit, stamp } = change;
    let kind = if before.is_some() { "unit.updated" } else { "unit.created" };
    let after = match before {
        Some(_) => units::save(conn, &unit)?,
        None => units::insert(conn, &unit)?,
    };
    let recorded = before.as_ref().map(RecordedUnit::from);
    let changes = changes(recorded.as_ref(), &RecordedUnit::from(&after));
    let event = Event::of(kind, "unit", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}
