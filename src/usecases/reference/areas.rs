//! Areas: listed, added, changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::AreaId;
use crate::domain::reference::area::{Area, AreaKind};
use crate::domain::text::{Line, Name};
use crate::store::Conn;
use crate::store::events::{self, Event, changes};
use crate::store::reference::areas;
use crate::store::reference::recorded::RecordedArea;
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// A reporting area. Every project belongs to exactly one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Area)]
pub(crate) struct AreaView {
    /// The area's id.
    pub id: AreaId,
    /// Local code of the area, used by projects and summaries.
    #[schema(example = "dongying")]
    pub code: String,
    /// Name of the area.
    pub name: String,
    /// Kind of area.
    pub kind: AreaKind,
    /// GB/T 2260 or statistics code; null if it has none.
    pub division_code: Option<String>,
    /// Remarks; may be empty.
    pub note: String,
    /// Position in lists.
    pub position: i32,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl From<Area> for AreaView {
    fn from(area: Area) -> Self {
        Self {
            id: area.id,
            code: area.code,
            name: area.name,
            kind: area.kind,
            division_code: area.division_code,
            note: area.note,
            position: area.position,
            version: area.version,
        }
    }
}

impl Versioned for AreaView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A reporting area to add.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct AreaInput {
    /// Local code; cannot be changed later.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Name of the area.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Kind of area; cannot be changed later.
    pub kind: AreaKind,
    /// GB/T 2260 or statistics code.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{6,12}$")]
    pub division_code: Option<String>,
    /// Remarks.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
    /// Position in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub position: i32,
}

impl AreaInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "code": "riverside_zone", "name": "滨河开发区", "kind": "zone", "position": 20,
        })
    }
}

impl From<&Area> for AreaInput {
    fn from(area: &Area) -> Self {
        Self {
            code: area.code.clone(),
            name: area.name.clone(),
            kind: area.kind,
            division_code: area.division_code.clone(),
            note: area.note.clone(),
            position: area.position,
        }
    }
}

impl Patchable for AreaInput {
    const SCHEMA: &'static str = "AreaPatch";
    const DESCRIPTION: &'static str =
        "Changes to an area; absent fields stay as they are, null clears `division_code`.";
    const FIXED: &'static [&'static str] = &["code", "kind"];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"note": "国家级", "position": 21})
    }
}

/// An area that was decided on and is to be saved.
pub(crate) struct AreaChange {
    /// The area before; `None` when it is added.
    before: Option<Area>,
    area: Area,
    stamp: Stamp,
}

/// All areas, by position.
///
/// # Errors
/// The database's.
pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Vec<AreaView>, Refusal> {
    Ok(areas::all(ask.conn)?.into_iter().map(AreaView::from).collect())
}

/// The area with this code.
///
/// # Errors
/// Not found.
pub(crate) fn get(ask: &mut Ask<'_>, code: &str) -> Result<AreaView, Refusal> {
    Ok(by_code(ask.conn, code)?.into())
}

fn by_code(conn: &mut Conn, code: &str) -> Result<Area, Refusal> {
    areas::find_by_code(conn, code)?.ok_or_else(Refusal::not_found)
}

/// Adds an area.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn decide_creation(ask: &mut Ask<'_>, input: &AreaInput) -> Result<AreaChange, Refusal> {
    Ok(AreaChange { before: None, area: parse(input)?, stamp: ask.stamp() })
}

/// Changes the area with this code, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    code: &str,
    version: impl Into<Expected>,
    patch: &Patch<AreaInput>,
) -> Result<AreaChange, Refusal> {
    let old = by_code(ask.conn, code)?;
    let changed = parse(&patch.merged(&AreaInput::from(&old))?)?;
    let version = version.into().of(old.version);
    let area = Area { id: old.id, version, ..changed };
    Ok(AreaChange { before: Some(old), area, stamp: ask.stamp() })
}

fn parse(input: &AreaInput) -> Result<Area, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    let note = check.field("/note", Line::parse(&input.note));
    let parsed = name.zip(note).map(|(name, note)| Area {
        id: AreaId(0),
        code: input.code.clone(),
        name: name.into_string(),
        kind: input.kind,
        division_code: input.division_code.clone(),
        note: note.into_string(),
        position: input.position,
        version: 1,
    });
    check.done(parsed)
}

/// Saves an area and records the event.
///
/// # Errors
/// A conflict when another area has the code; stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: AreaChange) -> Result<AreaView, Refusal> {
    let AreaChange { before, area, stamp } = change;
    let kind = if before.is_some() {
        areas::save(conn, &area)?;
        "area.updated"
    } else {
        areas::insert(conn, &area)?;
        "area.created"
    };
    let after = by_code(conn, &area.code)?;
    let recorded = before.as_ref().map(RecordedArea::from);
    let changes = changes(recorded.as_ref(), &RecordedArea::from(&after));
    let event = Event::of(kind, "area", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}
