//! Many projects in one request: registered and changed.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::usecases::ask::Ask;
use crate::usecases::batch::{
    BatchRows, RowOutcomes, SavedRow, each, exactly_one, inside, required,
};
use crate::usecases::patch::Patch;
use crate::usecases::permission::{CreateProjects, EditProjects, Permission};
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::projects::write;
use crate::usecases::refusal::Refusal;

/// Changes to a project; a name without parameters, as the schema of a field needs.
type ProjectPatch = Patch<ProjectInput>;

/// A project to register (`create`) or to change (`project_id`, `version` and `change`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ProjectBatchItem {
    /// A project to register.
    #[serde(default)]
    #[schema(nullable = false)]
    pub create: Option<ProjectInput>,
    /// The id of the project to change.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// The version that was read, in place of `If-Match`.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i64>,
    /// The fields to change.
    #[serde(default)]
    #[schema(nullable = false)]
    pub change: Option<ProjectPatch>,
}

impl ProjectBatchItem {
    /// An example.
    pub(crate) fn sample() -> serde_json::Value {
        serde_json::json!({"project_id": 7, "version": 3, "change": {"leader": "王主任"}})
    }
}

/// Registers or changes the project of each row, each with the caller's rights and by the rules of
/// the single request.
///
/// # Errors
/// A failure that no row is to blame for; for an atomic batch, every error of every row.
pub(crate) fn save(
    ask: &mut Ask<'_>,
    batch: &BatchRows<ProjectBatchItem>,
) -> Result<RowOutcomes, Refusal> {
    each(ask, batch, save_row)
}

fn save_row(ask: &mut Ask<'_>, row: &ProjectBatchItem) -> Result<SavedRow, Refusal> {
    exactly_one(("create", row.create.is_some()), ("change", row.change.is_some()))?;
    let part = if row.create.is_some() { "create" } else { "change" };
    let change = if let Some(input) = &row.create {
        ask.caller.must_be_able_to(CreateProjects::ACTIONS)?;
        write::decide_registration(ask, input)
    } else {
        ask.caller.must_be_able_to(EditProjects::ACTIONS)?;
        let id = required("/project_id", row.project_id)?;
        let version = required("/version", row.version)?;
        let patch = required("/change", row.change.as_ref())?;
        write::decide_update(ask, id, version, patch)
    };
    let change = change.map_err(|refusal| inside(part, refusal))?;
    let view: ProjectView = ask.save(|conn| write::save(conn, change))?;
    Ok(SavedRow {
        created: row.create.is_some(),
        id: Some(view.id.0),
        version: view.version,
        path: format!("/projects/{}", view.id),
        state: None,
        warnings: view.warnings.unwrap_or_default(),
    })
}
