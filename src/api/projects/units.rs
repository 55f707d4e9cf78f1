//! Responsible units of a project and their roles.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::error::FieldError;
use crate::domain::id::UnitId;
use crate::domain::project::Project;
use crate::domain::reference::unit::{ProjectUnit, UnitRole};
use crate::domain::text::Line;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::projects::units as project_units;
use crate::store::reference::units;
use crate::store::{Conn, projects};
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::permission::{AssignUnits, ReadProjects};
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["projects"; list_project_units, replace_project_units]
}

/// A unit's role in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectUnit)]
pub struct ProjectUnitView {
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

/// All responsible units of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectUnits)]
pub struct ProjectUnitsView {
    /// The units, in the order in which they were entered.
    pub items: Vec<ProjectUnitView>,
    /// Number of entries.
    pub total: i64,
    /// Version number of the project, used as the ETag.
    pub version: i64,
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
pub struct ProjectUnitsInput {
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
pub struct ProjectUnitInput {
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

/// List a project's responsible units
///
/// The units responsible for the project, with role, contact person and telephone.
#[utoipa::path(get, path = "/projects/{project_id}/units")]
pub async fn list_project_units(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<ProjectPath>,
    _held: Conditional,
) -> Result<Tagged<ProjectUnitsView>, Problem> {
    let (id, sight) = (path.0.project_id, who.sees());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let project = projects::get(conn, id, sight)?;
            view(conn, &project)
        })
        .await?;
    Ok(Tagged(view))
}

fn view(conn: &mut Conn, project: &Project) -> Result<ProjectUnitsView, Problem> {
    let items: Vec<_> = project_units::list(conn, project.id)?
        .into_iter()
        .map(|u| ProjectUnitView {
            unit_id: u.unit_id,
            unit: u.unit,
            role: u.role,
            contact: u.contact,
            phone: u.phone,
        })
        .collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(ProjectUnitsView { items, total, version: project.version })
}

/// Replace a project's responsible units
///
/// Replaces the whole list and raises the project's version. Commission only. A unit account sees a
/// project as long as its unit is in the list.
#[utoipa::path(put, path = "/projects/{project_id}/units")]
async fn replace_project_units(
    app: Data<App>,
    who: Permit<AssignUnits>,
    path: Path<ProjectPath>,
    version: IfMatch,
    body: Body<ProjectUnitsInput>,
) -> Result<Tagged<ProjectUnitsView>, Problem> {
    let (author, sight, now, input) = (who.author(), who.sees(), app.clock.now(), body.0);
    let id = path.0.project_id;
    let view = app
        .db
        .write(move |conn| -> Result<_, Problem> {
            let project = projects::get(conn, id, sight)?;
            let new = parse(conn, &input)?;
            let before = view(conn, &project)?;
            projects::save(conn, &Project { version: version.0, updated_at: now, ..project })?;
            project_units::replace(conn, id, &new)?;
            let saved = projects::get(conn, id, sight)?;
            let after = view(conn, &saved)?;
            let found = changes(Some(&before), &after);
            let event = Event::of_project("project.units_changed", "project", id.0, id, found);
            events::record(conn, &author, now, &event)?;
            Ok(after)
        })
        .await?;
    Ok(Tagged(view))
}

fn parse(conn: &mut Conn, input: &ProjectUnitsInput) -> Result<Vec<ProjectUnit>, Refusal> {
    let mut check = Check::new();
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
