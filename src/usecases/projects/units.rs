//! Responsible units of a project and their roles.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Sight;
use crate::domain::error::FieldError;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::project::Project;
use crate::domain::reference::unit::{ProjectUnit, UnitRole};
use crate::domain::text::Line;
use crate::domain::words::Words;
use crate::store::events::{self, Event, changes};
use crate::store::projects::recorded::RecordedProjectUnits;
use crate::store::projects::units as project_units;
use crate::store::reference::units;
use crate::store::{Conn, projects};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// Most units of a project, each role counted.
const MOST_UNITS: usize = 100;

/// A unit's role in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectUnit)]
pub(crate) struct ProjectUnitView {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// Role of the unit.
    pub role: UnitRole,
    /// Contact person; may be empty.
    pub contact: String,
    /// Telephone of the contact person; may be empty.
    pub phone: String,
}

impl From<ProjectUnit> for ProjectUnitView {
    fn from(unit: ProjectUnit) -> Self {
        Self {
            unit_id: unit.unit_id,
            unit: unit.unit,
            role: unit.role,
            contact: unit.contact,
            phone: unit.phone,
        }
    }
}

/// All responsible units of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectUnits)]
pub(crate) struct ProjectUnitsView {
    /// The units, in the order in which they were entered.
    pub items: Vec<ProjectUnitView>,
    /// Number of entries.
    pub total: i64,
    /// Version number of the project, used as the ETag.
    pub version: i64,
}

impl ProjectUnitsView {
    fn of(units: Vec<ProjectUnit>, project: &Project) -> Self {
        let items: Vec<_> = units.into_iter().map(ProjectUnitView::from).collect();
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, total, version: project.version }
    }
}

impl Versioned for ProjectUnitsView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The new list of all responsible units.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ProjectUnitsInput {
    /// The units with their roles. A unit may have several roles, each listed once.
    #[schema(max_items = 100)]
    pub items: Vec<ProjectUnitInput>,
}

impl ProjectUnitsInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"items": [
            {"unit_id": 1, "role": "lead"},
            {"unit_id": 2, "role": "owner", "contact": "李工", "phone": "0546-8000000"},
        ]})
    }
}

/// A unit's role in a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectUnitInput {
    /// The unit's id.
    pub unit_id: UnitId,
    /// Role of the unit.
    pub role: UnitRole,
    /// Contact person.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub contact: String,
    /// Telephone of the contact person.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub phone: String,
}

/// A project's list of units that was decided on and is to be saved.
pub(crate) struct ProjectUnitsChange {
    project: Project,
    before: Vec<ProjectUnit>,
    units: Vec<ProjectUnit>,
    stamp: Stamp,
}

/// The units of a project, in the order in which they were entered.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn get(ask: &mut Ask<'_>, id: ProjectId) -> Result<ProjectUnitsView, Refusal> {
    let project = projects::get(ask.conn, id, ask.sight())?;
    Ok(ProjectUnitsView::of(project_units::list(ask.conn, id)?, &project))
}

/// Replaces the units of a project, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong entry.
pub(crate) fn decide_replacement(
    ask: &mut Ask<'_>,
    id: ProjectId,
    version: impl Into<Expected>,
    input: &ProjectUnitsInput,
) -> Result<ProjectUnitsChange, Refusal> {
    let project = projects::get(ask.conn, id, ask.sight())?;
    let units = parse(ask.conn, input)?;
    let before = project_units::list(ask.conn, id)?;
    let stamp = ask.stamp();
    let version = version.into().of(project.version);
    let project = Project { version, updated_at: stamp.now.instant, ..project };
    Ok(ProjectUnitsChange { project, before, units, stamp })
}

fn parse(conn: &mut Conn, input: &ProjectUnitsInput) -> Result<Vec<ProjectUnit>, Refusal> {
    let mut check = Check::new();
    check.at_most("/items", input.items.len(), MOST_UNITS);
    let mut parsed: Vec<ProjectUnit> = Vec::new();
    for (at, item) in input.items.iter().enumerate() {
        let unit = check.known(&format!("/items/{at}/unit_id"), units::find(conn, item.unit_id)?);
        let contact = check.field(&format!("/items/{at}/contact"), Line::parse(&item.contact));
        let phone = check.field(&format!("/items/{at}/phone"), Line::parse(&item.phone));
        if parsed.iter().any(|u| u.unit_id == item.unit_id && u.role == item.role) {
            let words = Words::new(
                "同一单位的同一角色只能列一次。",
                "The unit is listed in this role already.",
            );
            check.note(&format!("/items/{at}"), FieldError::new("", "repeated", words));
        }
        if let Some(((unit, contact), phone)) = unit.zip(contact).zip(phone) {
            parsed.push(ProjectUnit {
                unit_id: unit.id,
                unit: unit.name,
                role: item.role,
                contact: contact.into_string(),
                phone: phone.into_string(),
            });
        }
    }
    check.done(Some(parsed))
}

/// Saves the units of a project and records the event.
///
/// # Errors
/// Stale when somebody else changed the project.
pub(crate) fn save(
    conn: &mut Conn,
    change: ProjectUnitsChange,
) -> Result<ProjectUnitsView, Refusal> {
    let ProjectUnitsChange { project, before, units, stamp } = change;
    let id = project.id;
    projects::save(conn, &project)?;
    project_units::replace(conn, id, &units)?;
    let saved = projects::get(conn, id, Sight::All)?;
    let after = project_units::list(conn, id)?;
    let recorded = RecordedProjectUnits::from(before.as_slice());
    let changes = changes(Some(&recorded), &RecordedProjectUnits::from(after.as_slice()));
    let event = Event::of_project("project.units_changed", "project", id.0, id, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(ProjectUnitsView::of(after, &saved))
}
