//! Number and age of open issues, by category, level, state or unit.

use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::usecases::issues::filter::IssueQuery;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::summaries::issues::{self, IssueBy, IssueSummary};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["issues"; get_issue_summary]
}

/// Count open issues
///
/// Number of open issues by category, level, state or unit, with their age and how many are
/// overdue. `GET /issues?open=true` with the same filters lists them.
#[utoipa::path(get, path = "/summaries/issues")]
async fn get_issue_summary(
    who: Permit<ReadSummaries>,
    Query(QueryPair(places, QueryPair(asked, how))): Query<
        QueryPair<PlaceFilter, QueryPair<IssueQuery, IssueBy>>,
    >,
) -> Result<Sheet<IssueSummary>, Problem> {
    who.ask(move |ask| issues::get(ask, &places, &asked, how)).await.map(Sheet)
}
