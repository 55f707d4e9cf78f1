//! How the months of a year stand: what came of the reports owed in each.

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

/// A reporting month with what came of the reports owed in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonthFilings {
    /// The month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Of all projects the caller may know of that owe a report.
    pub filings: FilingsView,
}

/// Of which year.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingYearQuery {
    /// The year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Count filings by month
///
/// Every month of the year that was opened, the earliest first, with what came of the reports owed
/// in it: the same counts each month shows by itself.
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
            // What is owed does not depend on the month a sum goes through: read once.
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
