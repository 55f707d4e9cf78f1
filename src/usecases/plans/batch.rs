//! Year plans of many projects in one request: entered and adjusted.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::usecases::ask::Ask;
use crate::usecases::batch::{
    BatchRows, RowOutcomes, SavedRow, each, exactly_one, inside, required,
};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::plans::year_plan_view::YearPlanView;
use crate::usecases::refusal::Refusal;

/// A year plan to enter (`create`) or to adjust (`adjust`).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct YearPlanBatchItem {
    /// The project's id.
    pub project_id: ProjectId,
    /// The calendar year.
    #[schema(example = 2021)]
    pub year: Year,
    /// The first version of the plan.
    #[serde(default)]
    #[schema(nullable = false)]
    pub create: Option<YearPlanInput>,
    /// A later version of the plan.
    #[serde(default)]
    #[schema(nullable = false)]
    pub adjust: Option<AdjustmentInput>,
    /// With `adjust`: the version of the year plan that was read. The row is refused with 412 if
    /// the plan has another one now.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i64>,
}

impl YearPlanBatchItem {
    /// An example.
    pub(crate) fn sample() -> serde_json::Value {
        let months = vec!["1000.00"; 12];
        serde_json::json!({
            "project_id": 7, "year": 2021,
            "create": {"annual_investment_wan": "12000.00", "months": months},
        })
    }
}

/// Enters or adjusts the year plan of each row, by the rules of the single request.
///
/// # Errors
/// A failure that no row is to blame for; for an atomic batch, every error of every row.
pub(crate) fn save(
    ask: &mut Ask<'_>,
    batch: &BatchRows<YearPlanBatchItem>,
) -> Result<RowOutcomes, Refusal> {
    each(ask, batch, save_row)
}

fn save_row(ask: &mut Ask<'_>, row: &YearPlanBatchItem) -> Result<SavedRow, Refusal> {
    exactly_one(("create", row.create.is_some()), ("adjust", row.adjust.is_some()))?;
    let key = YearPlanKey { project: row.project_id, year: row.year };
    let view = if let Some(input) = &row.create {
        let change = year_plan::decide_first(ask, key, input);
        let change = change.map_err(|refusal| inside("create", refusal))?;
        ask.save(|conn| year_plan::save_first(conn, change))?
    } else {
        must_be_at(ask, key, row.version)?;
        let input = required("/adjust", row.adjust.as_ref())?;
        let change = year_plan::decide_adjustment(ask, key, input);
        let change = change.map_err(|refusal| inside("adjust", refusal))?;
        ask.save(|conn| year_plan::save_adjustment(conn, change))?
    };
    Ok(saved_row(&view, row.create.is_some()))
}

/// Refuses unless the plan has this version.
fn must_be_at(ask: &mut Ask<'_>, key: YearPlanKey, version: Option<i64>) -> Result<(), Refusal> {
    let Some(version) = version else { return Ok(()) };
    let plan = year_plan::get(ask, key)?;
    if plan.version == version { Ok(()) } else { Err(Refusal::stale()) }
}

fn saved_row(view: &YearPlanView, created: bool) -> SavedRow {
    SavedRow {
        created,
        id: None,
        version: view.version,
        path: format!("/projects/{}/year-plans/{}", view.project_id, view.year),
        state: None,
        warnings: Vec::new(),
    }
}
