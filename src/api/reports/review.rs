//! Reports across projects.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::ReportState;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::store::projects::scope::RecordScope;
use crate::store::reports::review::ReviewFilter;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::projects::selection::range;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::review::{self, ReviewItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reports"; list_all_reports]
}

/// Which reports; a repeated parameter means "or".
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
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
    /// At least this much invested in the month, in 万元.
    #[param(nullable = false)]
    pub completed_wan_from: Option<Fen>,
    /// At most this much invested in the month, in 万元.
    #[param(nullable = false)]
    pub completed_wan_to: Option<Fen>,
    /// The latest first, instead of the earliest: by report id downwards.
    #[serde(default)]
    #[param(default = false)]
    pub latest_first: bool,
}

impl ReviewQuery {
    fn filter(self) -> Result<ReviewFilter, Refusal> {
        let Self {
            month,
            state,
            warned,
            warning,
            completed_wan_from,
            completed_wan_to,
            latest_first,
        } = self;
        let mut errors = Vec::new();
        let completed =
            range(completed_wan_from, completed_wan_to, "?completed_wan_to", &mut errors);
        if !errors.is_empty() {
            return Err(Refusal::bad_parameters(errors));
        }
        let scope = RecordScope::default();
        Ok(ReviewFilter {
            months: month,
            states: state,
            warned,
            warning,
            completed,
            latest_first,
            scope,
        })
    }
}

/// Filters of a list across projects: places, projects, ids and time of change.
pub(crate) type RecordsQuery = QueryPair<PlaceFilter, RecordQuery>;

/// List reports of every project
///
/// Reports across projects with their warnings, the plan of the month and the report of the month
/// before, by report id. A reviewer's queue is `state=submitted`. `restatements` has the corrections
/// of each report; those of months without a report are in `/restatements` alone.
#[utoipa::path(get, path = "/reports")]
pub(crate) async fn list_all_reports(
    who: Permit<ReadProjects>,
    Query(QueryPair(of, QueryPair(asked, page))): Query<
        QueryPair<RecordsQuery, QueryPair<ReviewQuery, IdPage>>,
    >,
) -> Result<Rows<PageView<ReviewItem>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    let filter = asked.filter()?;
    let QueryPair(places, records) = of;
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        review::list(ask, &places, &records, filter.clone(), page)
    };
    who.rows(page, list).await
}
