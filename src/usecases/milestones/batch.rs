//! Milestones of many projects in one request: added and changed.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::{MilestoneId, ProjectId};
use crate::usecases::ask::Ask;
use crate::usecases::batch::{
    BatchRows, RowOutcomes, SavedRow, each, exactly_one, inside, required,
};
use crate::usecases::milestones::view::{MilestoneEdit, MilestoneInput, MilestoneView};
use crate::usecases::milestones::{MilestoneKey, write};
use crate::usecases::patch::Patch;
use crate::usecases::refusal::Refusal;

/// Changes to a milestone; a name without parameters, as the schema of a field needs.
type MilestonePatch = Patch<MilestoneEdit>;

/// A milestone to add (`create`) or to change (`milestone_id`, `version` and `change`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct MilestoneBatchItem {
    /// The project's id.
    pub project_id: ProjectId,
    /// A milestone to add.
    #[serde(default)]
    #[schema(nullable = false)]
    pub create: Option<MilestoneInput>,
    /// The id of the milestone to change.
    #[serde(default)]
    pub milestone_id: Option<MilestoneId>,
    /// The version that was read, in place of `If-Match`.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i64>,
    /// The fields to change.
    #[serde(default)]
    #[schema(nullable = false)]
    pub change: Option<MilestonePatch>,
}

impl MilestoneBatchItem {
    /// An example.
    pub(crate) fn sample() -> serde_json::Value {
        serde_json::json!({
            "project_id": 7, "milestone_id": 12, "version": 1, "change": {"actual_date": "2021-06-30"},
        })
    }
}

/// Adds or changes the milestone of each row, each with the caller's rights and by the rules of the
/// single request.
///
/// # Errors
/// A failure that no row is to blame for; for an atomic batch, every error of every row.
pub(crate) fn save(
    ask: &mut Ask<'_>,
    batch: &BatchRows<MilestoneBatchItem>,
) -> Result<RowOutcomes, Refusal> {
    each(ask, batch, save_row)
}

fn save_row(ask: &mut Ask<'_>, row: &MilestoneBatchItem) -> Result<SavedRow, Refusal> {
    exactly_one(("create", row.create.is_some()), ("change", row.change.is_some()))?;
    let project = row.project_id;
    let part = if row.create.is_some() { "create" } else { "change" };
    let change = if let Some(input) = &row.create {
        write::decide_creation(ask, project, input)
    } else {
        let milestone = required("/milestone_id", row.milestone_id)?;
        let version = required("/version", row.version)?;
        let patch = required("/change", row.change.as_ref())?;
        write::decide_update(ask, MilestoneKey { project, milestone }, version, patch)
    };
    let change = change.map_err(|refusal| inside(part, refusal))?;
    let view: MilestoneView = ask.save(|conn| write::save(conn, change))?;
    Ok(SavedRow {
        created: row.create.is_some(),
        id: Some(view.id.0),
        version: view.version,
        path: format!("/projects/{project}/milestones/{}", view.id),
        state: None,
        warnings: view.warnings.unwrap_or_default(),
    })
}
