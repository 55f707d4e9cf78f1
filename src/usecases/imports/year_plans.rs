//! Year plans of an import. A row describes the last version of a plan.

use serde::Serialize;
use serde_json::json;

use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::store::plans::year_plans;
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, fields_of, invalid};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, YearPlanInput};
use crate::usecases::plans::year_plan_view::{PlanVersionView, YearPlanView};
use crate::usecases::refusal::Refusal;

/// The last version of a plan.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct LastVersion {
    view: PlanVersionView,
    /// Version of the plan, used as the ETag.
    #[serde(skip)]
    plan_version: i64,
}

impl Versioned for LastVersion {
    fn version(&self) -> i64 {
        self.plan_version
    }
}

impl LastVersion {
    fn of(plan: YearPlanView) -> Result<Self, Refusal> {
        let plan_version = plan.version();
        let last = plan.versions.into_iter().next_back();
        let view = last.ok_or_else(|| Refusal::broken("a plan has no version"))?;
        Ok(Self { view, plan_version })
    }
}

/// The last version of the plan of a project and year, if there is one.
///
/// # Errors
/// Database errors only.
pub(crate) fn find(ask: &mut Ask<'_>, key: YearPlanKey) -> Result<Option<LastVersion>, Refusal> {
    let plan = year_plans::find(ask.conn, key.project, key.year)?;
    plan.map(|plan| LastVersion::of(plan.into())).transpose()
}

/// Name of the column of a month, which counts from 1.
pub(crate) fn month_column(number: usize) -> String {
    format!("month_{number:02}_wan")
}

/// Fields of a plan's last version by column name.
///
/// # Errors
/// Broken.
pub(crate) fn fields(last: &LastVersion, project: &Project) -> Result<RecordFields, Refusal> {
    let mut all = fields_of(&last.view)?;
    all.remove("months");
    for (number, amount) in (1..).zip(&last.view.months) {
        all.insert(month_column(number), json!(amount));
    }
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

/// A plan's last version as a row of a filled template.
///
/// # Errors
/// Broken.
pub(super) fn row(last: &LastVersion, project: &Project) -> Result<RecordFields, Refusal> {
    let mut row = fields(last, project)?;
    row.insert("version".into(), json!(last.plan_version));
    Ok(row)
}

/// Creates the first version of a plan. `kind` is the code of its kind, if the row gives one.
///
/// # Errors
/// As [`year_plan::decide_first`] and [`year_plan::save_first`]; `not-allowed` if `kind` is not
/// the one that follows from the effective month.
pub(crate) fn create(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    kind: Option<&str>,
    input: &YearPlanInput,
) -> Result<LastVersion, Refusal> {
    let change = year_plan::decide_first(ask, key, input)?;
    let made = LastVersion::of(ask.save(|conn| year_plan::save_first(conn, change))?)?;
    let is = made.view.kind.as_str();
    if kind.is_none_or(|kind| kind == is) {
        return Ok(made);
    }
    let words = Words::new(
        format!("该项目当年尚无计划，首个版本的类型为 {is}；请留空。"),
        format!(
            "The project has no plan for this year yet, so the kind of its first version is {is}. Leave it blank."
        ),
    );
    Err(invalid("/kind", "not-allowed", words))
}

/// Adds a version to a plan.
///
/// # Errors
/// As [`year_plan::decide_adjustment`] and [`year_plan::save_adjustment`].
pub(crate) fn change(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    input: &AdjustmentInput,
) -> Result<LastVersion, Refusal> {
    let change = year_plan::decide_adjustment(ask, key, input)?;
    LastVersion::of(ask.save(|conn| year_plan::save_adjustment(conn, change))?)
}
