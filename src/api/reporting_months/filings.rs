//! Filings of a reporting month: which reports are owed, filed, late or missing.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::report::filings::FilingStatus;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reporting_months::filings::{self, FilingFilter, FilingView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reporting_months"; list_filings]
}

/// Filters for filings.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilingQuery {
    /// Only filings with one of these statuses.
    #[serde(default)]
    pub status: Vec<FilingStatus>,
    /// If true, only late filings; if false, only those that are not late.
    #[param(nullable = false)]
    pub late: Option<bool>,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List filings of a month
///
/// Every report of the month that counts, of the projects visible to the caller, with its status, by
/// project id. `late` is true if the report was first submitted after the due date,
/// or was never submitted and the due date has passed.
///
/// A report counts if the project owes it, or if it is submitted or confirmed without being owed;
/// the report coverage of summaries counts the same reports. A project owes a report of a month if
/// all of these hold:
///
/// - it is in construction or later (`stage`), and construction started in the month or before it
///   (`actual_start`);
/// - it was registered for that year or an earlier one (`registered_year`);
/// - it did not end before the month (`ended_on`: completed or terminated; `actual_finish`);
/// - its year plan, if it has one for that year, took effect in the month or before it. A project
///   added in mid-year therefore owes nothing for the months before its plan takes effect.
///
/// 404 if the month was never opened.
#[utoipa::path(get, path = "/reporting-months/{month}/filings")]
async fn list_filings(
    who: Permit<ReadProjects>,
    Path(at): Path<MonthPath>,
    Query(QueryPair(projects, query)): Query<QueryPair<FilterQuery, FilingQuery>>,
) -> Result<Rows<PageView<FilingView>>, Problem> {
    let FilingQuery { status, late, limit, cursor } = query;
    let filter = FilingFilter { projects, status, late };
    let page = PageRequest::new(limit, cursor);
    who.rows_at_once(page, move |ask, page| filings::list(ask, at.month, &filter, page)).await
}
