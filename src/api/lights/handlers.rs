//! Lights (红黄绿灯) of projects, and of areas, industries, groups and units.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::light::Light;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::figures::dimensions::PlaceQuery;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::lights::project::{self, ProjectLightView};
use crate::usecases::lights::summary::{self, LightSummary};
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["lights"; get_project_light, get_light_summary, list_project_lights]
}

/// Show a project's light
///
/// The light shown and the light computed by the rules, with the findings of each rule, the rule
/// that decided, the investment needed to return to green, and the manual override in force, if
/// any.
#[utoipa::path(get, path = "/projects/{project_id}/light")]
async fn get_project_light(
    who: Permit<ReadSummaries>,
    Path(at): Path<ProjectPath>,
    Query(period): Query<PeriodQuery>,
) -> Result<Json<ProjectLightView>, Problem> {
    who.ask(move |ask| project::get(ask, at.project_id, period)).await.map(Json)
}

/// Show lights by area, industry, group or unit
///
/// For each row the light of its sums and the number of its projects per light. Covers the projects
/// that match the filters and are visible to the caller. `/summaries/lights/projects` lists them.
#[utoipa::path(get, path = "/summaries/lights")]
async fn get_light_summary(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, PlaceQuery { by }))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, PlaceQuery>>,
    >,
) -> Result<Sheet<LightSummary>, Problem> {
    who.ask(move |ask| summary::get(ask, &filter, period, by)).await.map(Sheet)
}

/// Light filter and page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LightQuery {
    /// Only projects that show one of these lights.
    #[serde(default)]
    pub light: Vec<Light>,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List projects with their lights
///
/// Projects that match the filters, by id, each with its light and the findings behind it. These
/// are the projects counted in `/summaries/lights`.
#[utoipa::path(get, path = "/summaries/lights/projects")]
async fn list_project_lights(
    who: Permit<ReadSummaries>,
    Query(QueryPair(filter, QueryPair(period, page))): Query<
        QueryPair<FilterQuery, QueryPair<PeriodQuery, LightQuery>>,
    >,
) -> Result<Rows<PageView<ProjectLightView>>, Problem> {
    let wanted = page.light;
    let page = PageRequest::new(page.limit, page.cursor);
    let list = move |ask: &mut Ask<'_>, page: &PageRequest| {
        project::list(ask, &filter, period, &wanted, page)
    };
    who.rows_at_once(page, list).await
}
