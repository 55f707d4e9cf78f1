//! Year plans across projects.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::YearPlanId;
use crate::domain::month::Year;
use crate::store::PageRequest;
use crate::store::plans::year_plans_across::{self, NamedYearPlan, YearPlanFilter};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::plans::year_plan_view::YearPlanView;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::refusal::Refusal;

/// A year plan with its project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct YearPlanItem {
    /// The year plan's id.
    pub id: YearPlanId,
    /// The project's name.
    pub project: String,
    /// The year plan.
    #[serde(flatten)]
    pub plan: YearPlanView,
}

impl From<NamedYearPlan> for YearPlanItem {
    fn from(named: NamedYearPlan) -> Self {
        Self { id: named.plan.id, project: named.project, plan: named.plan.into() }
    }
}

/// Year plans of every project the caller sees, by id; `years` empty for all.
///
/// # Errors
/// A code of a place that does not exist; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    records: &RecordQuery,
    years: &[Year],
    page: &PageRequest,
) -> Result<PageView<YearPlanItem>, Refusal> {
    let scope = records.known(ask.conn, places)?;
    let filter = YearPlanFilter { scope, years: years.to_vec() };
    let found = year_plans_across::list(ask.conn, &filter, ask.sight(), page)?;
    Ok(PageView::of(found, YearPlanItem::from))
}
