//! Milestones across projects.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::api::reports::review::RecordsQuery;
use crate::domain::milestone::MilestoneClass;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::store::milestones::across::MilestoneFilter;
use crate::store::projects::scope::RecordScope;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::milestones::across::{self, MilestoneItem};
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::selection::range;
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["milestones"; list_all_milestones]
}

/// Which milestones; a repeated parameter means "or".
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MilestoneQuery {
    /// Only those with one of these codes.
    #[serde(default)]
    #[param(example = json!(["start"]))]
    pub code: Vec<String>,
    /// Only those of one of these classes.
    #[serde(default)]
    pub class: Vec<MilestoneClass>,
    /// If true, only those that were reached; if false, only the others.
    #[param(nullable = false)]
    pub reached: Option<bool>,
    /// Baseline date on this day or later.
    #[param(nullable = false)]
    pub baseline_date_from: Option<NaiveDate>,
    /// Baseline date on this day or earlier.
    #[param(nullable = false)]
    pub baseline_date_to: Option<NaiveDate>,
    /// Forecast date on this day or later.
    #[param(nullable = false)]
    pub forecast_date_from: Option<NaiveDate>,
    /// Forecast date on this day or earlier.
    #[param(nullable = false)]
    pub forecast_date_to: Option<NaiveDate>,
    /// Actual date on this day or later.
    #[param(nullable = false)]
    pub actual_date_from: Option<NaiveDate>,
    /// Actual date on this day or earlier.
    #[param(nullable = false)]
    pub actual_date_to: Option<NaiveDate>,
}

impl MilestoneQuery {
    fn filter(self) -> Result<MilestoneFilter, Refusal> {
        let mut errors = Vec::new();
        let note = &mut errors;
        let filter = MilestoneFilter {
            baseline: range(
                self.baseline_date_from,
                self.baseline_date_to,
                "?baseline_date_to",
                note,
            ),
            forecast: range(
                self.forecast_date_from,
                self.forecast_date_to,
                "?forecast_date_to",
                note,
            ),
            actual: range(self.actual_date_from, self.actual_date_to, "?actual_date_to", note),
            codes: self.code,
            classes: self.class,
            reached: self.reached,
            scope: RecordScope::default(),
        };
        if errors.is_empty() { Ok(filter) } else { Err(Refusal::bad_parameters(errors)) }
    }
}

/// List milestones of every project
///
/// Milestones with baseline, forecast, actual date and slippage, by id.
#[utoipa::path(get, path = "/milestones")]
pub(crate) async fn list_all_milestones(
    who: Permit<ReadProjects>,
    Query(QueryPair(of, QueryPair(asked, page))): Query<
        QueryPair<RecordsQuery, QueryPair<MilestoneQuery, IdPage>>,
    >,
) -> Result<Rows<PageView<MilestoneItem>>, Problem> {
    let QueryPair(places, records) = of;
    let filter = asked.filter()?;
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        across::list(ask, &places, &records, filter.clone(), page)
    };
    who.rows(PageRequest::new(page.limit, page.cursor), list).await
}
