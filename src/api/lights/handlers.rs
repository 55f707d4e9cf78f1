//! Lights (红黄绿灯) of projects, and of areas, industries, groups and units.

use std::ops::Add;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::lights::rules::LightRulesView;
use crate::api::lights::view::{LightNames, LightRow, ProjectLightView};
use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Key, Keys};
use crate::api::figures::place::{Place, PlaceDimension, PlaceQuery};
use crate::api::lights::view::{LightNames, LightRow, ProgressInputs, ProjectLightView};
use crate::api::projects::handlers::ProjectPath;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, PageRequest, StoreError};
use crate::usecases::answer::PageView;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::dimensions::{PlaceDimension, PlaceQuery, RowPlace};
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::rows::sum_rows;
use crate::usecases::figures::view::ProgressInputs;
use crate::usecases::lights::rules::LightRulesView;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["lights"; get_project_light, get_light_summary, list_project_lights]
}

/// Lights grouped by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub struct LightSummary {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// How rates and expected progress are computed.
    #[serde(flatten)]
    #[schema(inline)]
    pub method: Method,
    /// Dimension of the rows.
    pub by: PlaceDimension,
    /// The thresholds in force in the month `through`.
    pub rules: LightRulesView,
    /// The rows, in the order of their keys.
    pub rows: Vec<LightRow>,
    /// Totals, with each project counted once.
    pub total: LightRow,
}

/// Contribution of projects to the light of their row.
#[derive(Clone, Copy, Default)]
struct LightSums {
    figures: LightFigures,
    counts: LightCounts,
}

impl Add for LightSums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { figures: self.figures + other.figures, counts: self.counts + other.counts }
    }
}

/// Views of the projects for which `wanted` returns true, by id, at most `most`.
pub(crate) fn project_lights(
    conn: &mut Conn,
    request: &SummaryRequest,
    lights: &LightsOfProjects,
    wanted: impl Fn(ProjectId, Light) -> bool,
    (most, language): (usize, Language),
) -> Result<Vec<ProjectLightView>, Problem> {
    let found = lights.projects.iter().filter(|p| wanted(p.year.id, p.light.light));
    let found: Vec<_> = found.take(most).collect();
    let names = request.source.names(conn, found.iter().map(|p| p.year.id))?;
    let keys = &lights.names;
    let view = |project: &LitProject| {
        let LitProject { year, figures, light, .. } = project;
        let names = LightNames {
            project: names.get(&year.id).cloned().unwrap_or_default().0,
            industry: keys.industry(year.industry).unwrap_or_default(),
            area: keys.area(year.area).unwrap_or_default(),
            owners: keys.units_of(year.id),
        };
        let judge = &lights.judge;
        let inputs = ProgressInputs::of(&figures.now, judge.period, judge.mode);
        ProjectLightView::of(year.id, names, light.clone(), (inputs, lights.rules.number), language)
    };
    Ok(found.into_iter().map(view).collect())
}

/// Number of projects that show one of `wanted`; an empty list means any.
fn count(lights: &LightsOfProjects, wanted: &[Light]) -> i64 {
    let is_wanted = |p: &&LitProject| wanted.is_empty() || wanted.contains(&p.light.light);
    i64::try_from(lights.projects.iter().filter(is_wanted).count()).unwrap_or(i64::MAX)
}

/// Show a project's light
///
/// The light shown and the light computed by the rules, with the findings of each rule, the rule
/// that decided, the investment needed to return to green, and the manual override in force, if
/// any.
#[utoipa::path(get, path = "/projects/{project_id}/light")]
pub async fn get_project_light(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    path: Path<ProjectPath>,
    query: Query<PeriodQuery>,
    language: Language,
) -> Result<Json<ProjectLightView>, Problem> {
    let (Path(at), Query(asked), sight, now) = (path, query, who.sees(), app.now());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let request = SummaryRequest::open(conn, asked, sight, now)?;
            let filter = ProjectFilter { project: Some(at.project_id), ..Default::default() };
            let lights = LightsOfProjects::compute(conn, &request, &filter)?;
            let found = project_lights(conn, &request, &lights, |_, _| true, (1, language))?;
            Ok(found.into_iter().next().ok_or(StoreError::NotFound)?)
        })
        .await?;
    Ok(Json(view))
}

/// Show lights by area, industry, group or unit
///
/// For each row the light of its sums and the number of its projects per light. Covers the projects
/// that match the filters and are visible to the caller. `/summaries/lights/projects` lists them.
#[utoipa::path(get, path = "/summaries/lights")]
async fn get_light_summary(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, PlaceQuery>>>,
    language: Language,
) -> Result<Sheet<LightSummary>, Problem> {
    let Query(Both(filter, Both(asked, PlaceQuery { by }))) = query;
    let (sight, now) = (who.sees(), app.now());
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let request = SummaryRequest::open(conn, asked, sight, now)?;
            light_summary(conn, &request, &known, by, language)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Lights of the projects that match `filter`, grouped by `by`.
pub(crate) fn light_summary(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
    by: PlaceDimension,
    language: Language,
) -> Result<LightSummary, Problem> {
    let lights = LightsOfProjects::compute(conn, request, filter)?;
    let judge = &lights.judge;
    let mut total = LightSums::default();
    let mut parts = Vec::new();
    for project in &lights.projects {
        let sums = LightSums { figures: project.figures, counts: project.counts() };
        total = total + sums;
        let keys = lights.names.keys(&project.year, &[by.into()], judge.period);
        parts.extend(keys.into_iter().map(|key| (key, sums)));
    }
    let row = |place, sums: &LightSums| {
        LightRow::of(place, (&sums.figures, sums.counts), judge, language)
    };
    let rows = sum_rows(parts).into_iter().map(|r| row(r.key.place, &r.sums)).collect();
    Ok(LightSummary {
        about: request.about(lights.years()),
        method: request.method(),
        by,
        rows,
        total: row(RowPlace::default(), &total),
        rules: lights.rules.into(),
    })
}

/// Light filter and page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LightQuery {
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
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, LightQuery>>>,
    language: Language,
) -> Result<Sheet<PageView<ProjectLightView>>, Problem> {
    let Query(Both(filter, Both(asked, page))) = query;
    let (sight, now) = (who.sees(), app.now());
    let page = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let opened = SummaryRequest::open(conn, asked, sight, now)?;
            let lights = LightsOfProjects::compute(conn, &opened, &known)?;
            let request = PageRequest::new(page.limit, page.cursor);
            let after = request.after_id()?.unwrap_or(0);
            let wanted = |id: ProjectId, light| {
                id.0 > after && (page.light.is_empty() || page.light.contains(&light))
            };
            let most = usize::try_from(request.rows_to_fetch()).unwrap_or(usize::MAX);
            let rows = project_lights(conn, &opened, &lights, wanted, (most, language))?;
            Ok(request.by_id(rows, count(&lights, &page.light), |l| l.project_id.0, Ok)?)
        })
        .await?;
    Ok(Sheet(PageView::of(page, |light| light)))
}
