//! Reports across projects.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::PageRequest;
use crate::store::reports::review::ReviewFilter;
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::reports::review::{self, ReviewItem};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reports"; list_all_reports]
}

/// Which reports; a repeated parameter means "or".
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewQuery {
    /// Of one of these months.
    #[serde(default)]
    #[param(example = json!(["2021-06"]))]
    pub month: Vec<Month>,
    /// In one of these states; `submitted` are those that wait for a decision.
    #[serde(default)]
    pub state: Vec<ReportState>,
    /// With any warning, or with none.
    #[param(nullable = false)]
    pub warned: Option<bool>,
    /// With this warning, by its code.
    #[param(nullable = false, pattern = "^[a-z-]{1,40}$", example = "half-of-the-year")]
    pub warning: Option<String>,
    /// The latest first, instead of the earliest: by report id downwards.
    #[serde(default)]
    #[param(default = false)]
    pub latest_first: bool,
}

impl From<ReviewQuery> for ReviewFilter {
    fn from(query: ReviewQuery) -> Self {
        let ReviewQuery { month, state, warned, warning, latest_first } = query;
        Self { months: month, states: state, warned, warning, latest_first, ..Self::default() }
    }
}

/// List reports of every project
///
/// Reports across projects with their warnings, the plan of the month and the report of the month
/// before, by report id. A reviewer's queue is `state=submitted`. Restatements stand at the report
/// of the project, not here.
#[utoipa::path(get, path = "/reports")]
pub async fn list_all_reports(
    who: Permit<ReadProjects>,
    Query(QueryPair(places, QueryPair(asked, page))): Query<
        QueryPair<PlaceFilter, QueryPair<ReviewQuery, IdPage>>,
    >,
) -> Result<Sheet<PageView<ReviewItem>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    let listed = who.ask(move |ask| review::list(ask, &places, asked.into(), &page)).await?;
    Ok(Sheet(listed))
}
