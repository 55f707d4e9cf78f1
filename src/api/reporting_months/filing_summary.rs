//! Number of filings per reporting month of a year.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::reporting_months::filings::{FilingsView, count};
use crate::domain::month::Year;
use crate::domain::plan::year_plan::Basis;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::projects::ProjectFilter;
use crate::store::{figures as summaries, reporting_months};
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadProjects;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reporting_months"; list_month_filings]
}

/// A reporting month, with the number of reports owed in it by status.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonthFilings {
    /// Dates and state of the month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Counts over the projects the caller may see.
    pub filings: FilingsView,
}

/// The year.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingYearQuery {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Count filings of a year by month
///
/// For each reporting month of the year, earliest first, the number of reports owed and how many of
/// them are confirmed, submitted, returned, missing and late. Counts cover the projects the caller
/// may see, and equal those of `GET /reporting-months/{month}`.
///
/// A project owes a report of a month if all of these hold:
///
/// - its construction started in the month or before it (`actual_start`);
/// - it was registered for that year or an earlier one (`registered_year`);
/// - it did not end before the month (`ended_on`: completed or terminated);
/// - its year plan, if it has one for that year, took effect in the month or before it. A project
///   added in mid-year therefore owes nothing for the months before its plan takes effect.
///
/// A report that is submitted or confirmed without being owed counts too, as its amount does.
#[utoipa::path(get, path = "/summaries/filings")]
pub async fn list_month_filings(
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<FilingYearQuery>,
) -> Result<Sheet<PageView<MonthFilings>>, Problem> {
    let (year, sight, today) = (query.0.year, who.sees(), app.now().today);
    let months = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let months = reporting_months::list(conn, Some(year))?;
            // The reports owed do not depend on the last month of the period, so one read serves
            // all months.
            let (all, through) = (ProjectFilter::default(), year.december());
            let projects = summaries::project_years(conn, &all, sight, through, Basis::Current)?;
            let counted = months.into_iter().map(|month| {
                let filings = count(&projects, &month, today);
                MonthFilings { month: month.into(), filings }
            });
            Ok(counted.collect())
        })
        .await?;
    Ok(Sheet(PageView::whole(months)))
}
