//! Restatements across projects.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::api::reports::review::RecordsQuery;
use crate::domain::month::Month;
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
use crate::usecases::reports::restatements::{self, RestatementItem};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reports"; list_all_restatements]
}

/// Which restatements.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RestatementQuery {
    /// Only those of one of these months.
    #[serde(default)]
    #[param(example = json!(["2021-06"]))]
    pub month: Vec<Month>,
}

/// List restatements of every project
///
/// Every correction of a closed month, in the order of entry, also of months without a report. A
/// restatement never changes: a mirror reads on from its last `next_cursor`.
#[utoipa::path(get, path = "/restatements")]
pub(crate) async fn list_all_restatements(
    who: Permit<ReadProjects>,
    Query(QueryPair(of, QueryPair(asked, page))): Query<
        QueryPair<RecordsQuery, QueryPair<RestatementQuery, IdPage>>,
    >,
) -> Result<Rows<PageView<RestatementItem>>, Problem> {
    let QueryPair(places, records) = of;
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        restatements::list(ask, &places, &records, &asked.month, page)
    };
    who.rows(PageRequest::new(page.limit, page.cursor), list).await
}
