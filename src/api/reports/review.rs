//! The reviewer's queue: reports of every project, with their warnings.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::issues::handlers::IdPage;
use crate::api::projects::filter::PlaceFilter;
use crate::api::reports::view::ReportView;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::{Report, ReportState};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::{Permit, ReadProjects};
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::reply::PageView;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::PageRequest;
use crate::store::reports::review;
use crate::store::reports::review::ReviewFilter;

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

/// A report with the name of its project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewItem {
    /// The project's name.
    pub project: String,
    /// What the year plan in force has for the month, in 万元; null without one.
    pub planned_wan: Option<Fen>,
    /// What the month before was reported at, in 万元, in whatever state; null without a report.
    pub last_month_wan: Option<Fen>,
    /// The report.
    #[serde(flatten)]
    pub report: ReportView,
}

/// List reports of every project
///
/// Across projects, with their warnings explained, beside the plan and the month before: what a
/// reviewer goes through with `state=submitted`. By report id; what a month's restatements added is
/// shown at the report.
#[utoipa::path(get, path = "/reports")]
pub async fn list_all_reports(
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<Both<PlaceFilter, Both<ReviewQuery, IdPage>>>,
    speaks: Language,
) -> Result<Sheet<PageView<ReviewItem>>, Problem> {
    let (Query(Both(places, Both(asked, page))), sight) = (query, who.sees());
    let (found, beside) = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let (industries, areas) = places.known(conn)?;
            let filter = ReviewFilter {
                months: asked.month.clone(),
                states: asked.state.clone(),
                warned: asked.warned,
                warning: asked.warning.clone(),
                latest_first: asked.latest_first,
                areas,
                industries,
            };
            let request = PageRequest::new(page.limit, page.cursor);
            let found = review::list(conn, &filter, sight, &request)?;
            let reports: Vec<Report> =
                found.items.iter().map(|(report, _)| report.clone()).collect();
            let beside = review::beside(conn, &reports)?;
            Ok((found, beside))
        })
        .await?;
    let item = |(report, project): (Report, String)| {
        let beside = beside.get(&report.id).copied().unwrap_or_default();
        ReviewItem {
            project,
            planned_wan: beside.planned,
            last_month_wan: beside.last_month,
            report: ReportView::of(report, speaks),
        }
    };
    Ok(Sheet(PageView::of(found, item)))
}
