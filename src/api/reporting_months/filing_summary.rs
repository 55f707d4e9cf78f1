//! Number of filings per reporting month of a year.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::month::Year;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadProjects;
use crate::usecases::reporting_months::filings::{self, MonthFilings};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reporting_months"; list_month_filings]
}

/// The year.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilingYearQuery {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Count filings of a year by month
///
/// For each reporting month of the year, earliest first, the number of reports that count and how
/// many of them are confirmed, submitted, returned, missing and late. Counts cover the projects the caller
/// may see, and equal those of `GET /reporting-months/{month}`.
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
/// A report that is submitted or confirmed without being owed counts too, as its amount does.
#[utoipa::path(get, path = "/summaries/filings")]
async fn list_month_filings(
    who: Permit<ReadProjects>,
    Query(QueryPair(query, part)): Query<QueryPair<FilingYearQuery, PartOfList>>,
) -> Result<Rows<PageView<MonthFilings>>, Problem> {
    let months = who.ask(move |ask| filings::of_year(ask, query.year)).await?;
    part.of(months, |month| month.month.month)
}
