//! Year plans across projects.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::api::reports::review::RecordsQuery;
use crate::domain::month::Year;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::ReadProjects;
use crate::usecases::plans::year_plan_list::{self, YearPlanItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["year_plans"; list_all_year_plans]
}

/// Which year plans.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct YearPlanQuery {
    /// Only those of one of these years.
    #[serde(default)]
    #[param(example = json!([2021]))]
    pub year: Vec<Year>,
}

/// List year plans of every project
///
/// Year plans with all their versions, by id.
#[utoipa::path(get, path = "/year-plans")]
pub(crate) async fn list_all_year_plans(
    who: Permit<ReadProjects>,
    Query(QueryPair(of, QueryPair(asked, page))): Query<
        QueryPair<RecordsQuery, QueryPair<YearPlanQuery, IdPage>>,
    >,
) -> Result<Rows<PageView<YearPlanItem>>, Problem> {
    let QueryPair(places, records) = of;
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        year_plan_list::list(ask, &places, &records, &asked.year, page)
    };
    who.rows(PageRequest::new(page.limit, page.cursor), list).await
}
