//! Lights (红黄绿灯) of projects, and of areas, industries, groups and units.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Key, Keys};
use crate::api::figures::place::{Place, PlaceDimension, PlaceQuery};
use crate::api::lights::view::{LightNames, LightRow, ProgressInputs, ProjectLightView};
use crate::api::projects::handlers::ProjectPath;
use crate::domain::clock::Timestamp;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::light::judgement::{LightJudge, ProjectLight};
use crate::domain::light::rules::LightRules;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::milestone::Milestone;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
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
    /// The calendar year.
    pub year: Year,
    /// Last month of the period. Computed as of its last day, or of today if earlier.
    pub through: Month,
    /// Dimension of the rows.
    pub by: PlaceDimension,
    /// Version of the year plans used as the denominator of rates.
    pub basis: Basis,
    /// Method for computing expected progress.
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// Which projects the lights and counts cover.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// The thresholds in force in the month `through`.
    pub rules: LightRulesView,
    /// The rows, in the order of their keys.
    pub rows: Vec<LightRow>,
    /// Totals, with each project counted once.
    pub total: LightRow,
}

/// Lights of all projects of a request, with the inputs they were computed from.
pub struct Lights {
    /// Rules and period of the lights.
    pub judge: LightJudge,
    rules: LightRules,
    /// Names and positions of the row keys.
    pub keys: Keys,
    years: Vec<ProjectYear>,
    figures: Vec<LightFigures>,
    shown: Vec<ProjectLight>,
    milestones: BTreeMap<ProjectId, Vec<Milestone>>,
}

impl Lights {
    /// Computes the lights of the projects that match `filter`.
    pub fn find(conn: &mut Conn, asking: &Asking, filter: &ProjectFilter) -> Result<Self, Problem> {
        let (source, period) = (&asking.source, asking.period);
        let rules = source.rules(conn, period.through)?;
        let judge = LightJudge {
            period,
            mode: asking.query.expected,
            thresholds: rules.thresholds,
            today: asking.today,
            due_on: source.due_dates(conn, period.year())?,
        };
        let years = asking.years(conn, filter)?;
        let keys = Keys::load(conn, asking, &years, filter)?;
        let milestones = source.milestones(conn)?;
        let overrides = source.overrides(conn, period.through)?;
        let light = |project: &ProjectYear| {
            let own = milestones.get(&project.id).map_or(&[][..], Vec::as_slice);
            let words = overrides.get(&project.id).map_or(&[][..], Vec::as_slice);
            judge.project(project, own, words)
        };
        let shown = years.iter().map(light).collect();
        let figures = years.iter().map(|p| judge.figures(p)).collect();
        Ok(Self { judge, rules, keys, years, figures, shown, milestones })
    }

    /// Every project with its figures and its light.
    pub fn each(&self) -> impl Iterator<Item = (&ProjectYear, &LightFigures, &ProjectLight)> {
        let three = self.years.iter().zip(&self.figures).zip(&self.shown);
        three.map(|((year, figures), light)| (year, figures, light))
    }

    /// Every project with its data of the year.
    pub fn years(&self) -> &[ProjectYear] {
        &self.years
    }

    /// Milestones of one project.
    pub fn milestones(&self, of: ProjectId) -> &[Milestone] {
        self.milestones.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Rows of dimension `by` with light and counts, and the total.
    pub fn rows(&self, by: PlaceDimension, language: Language) -> (Vec<LightRow>, LightRow) {
        let mut rows: BTreeMap<Key, (LightFigures, LightCounts)> = BTreeMap::new();
        let mut total = (LightFigures::default(), LightCounts::default());
        for (project, figures, light) in self.each() {
            let one = LightCounts::one(light.light);
            total = (total.0 + *figures, total.1 + one);
            for key in self.keys.keys(project, by.into(), self.judge.period) {
                let sum = rows.entry(key).or_default();
                *sum = (sum.0 + *figures, sum.1 + one);
            }
        }
        let row = |place, sums: &(LightFigures, LightCounts)| {
            LightRow::of(place, (&sums.0, sums.1), &self.judge, language)
        };
        let rows = rows.iter().map(|(key, sums)| row(Place::of(*key, &self.keys), sums)).collect();
        (rows, row(Place::default(), &total))
    }

    /// Views of the projects for which `wanted` returns true, by id, at most `most`.
    pub fn projects(
        &self,
        conn: &mut Conn,
        asking: &Asking,
        wanted: impl Fn(ProjectId, Light) -> bool,
        (most, language): (usize, Language),
    ) -> Result<Vec<ProjectLightView>, Problem> {
        let found = self.each().filter(|(project, _, light)| wanted(project.id, light.light));
        let found: Vec<_> = found.take(most).collect();
        let names = asking.source.names(conn, found.iter().map(|(p, ..)| p.id))?;
        let view = |(project, figures, light): (&ProjectYear, &LightFigures, &ProjectLight)| {
            let names = LightNames {
                project: names.get(&project.id).cloned().unwrap_or_default().0,
                industry: self.keys.industry(project.industry).unwrap_or_default(),
                area: self.keys.area(project.area).unwrap_or_default(),
                owners: self.keys.units_of(project.id),
            };
            let inputs = (ProgressInputs::of(&self.judge, figures), self.rules.number);
            ProjectLightView::of(project.id, names, light.clone(), inputs, language)
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// Number of projects that show one of `lights`; an empty list means any.
    fn count(&self, lights: &[Light]) -> i64 {
        let shown = self.shown.iter().filter(|l| lights.is_empty() || lights.contains(&l.light));
        i64::try_from(shown.count()).unwrap_or(i64::MAX)
    }
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
            let asking = Asking::open(conn, asked, sight, now)?;
            let filter = ProjectFilter { project: Some(at.project_id), ..Default::default() };
            let lights = Lights::find(conn, &asking, &filter)?;
            let found = lights.projects(conn, &asking, |_, _| true, (1, language))?;
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
            let asking = Asking::open(conn, asked, sight, now)?;
            shine(conn, &asking, &known, by, language)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Lights of the projects that match `filter`, grouped by `by`.
pub fn shine(
    conn: &mut Conn,
    asking: &Asking,
    filter: &ProjectFilter,
    by: PlaceDimension,
    language: Language,
) -> Result<LightSummary, Problem> {
    let lights = Lights::find(conn, asking, filter)?;
    let (rows, total) = lights.rows(by, language);
    let (asked, stated) = (asking.query, asking.stated);
    Ok(LightSummary {
        year: asked.year,
        through: asking.period.through,
        by,
        basis: asked.basis,
        expected: asked.expected,
        include: asked.include,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        rules: lights.rules.into(),
        rows,
        total,
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
            let asking = Asking::open(conn, asked, sight, now)?;
            let lights = Lights::find(conn, &asking, &known)?;
            let request = PageRequest::new(page.limit, page.cursor);
            let after = request.after_id()?.unwrap_or(0);
            let wanted = |id: ProjectId, light| {
                id.0 > after && (page.light.is_empty() || page.light.contains(&light))
            };
            let most = usize::try_from(request.rows_to_fetch()).unwrap_or(usize::MAX);
            let rows = lights.projects(conn, &asking, wanted, (most, language))?;
            Ok(request.by_id(rows, lights.count(&page.light), |l| l.project_id.0, Ok)?)
        })
        .await?;
    Ok(Sheet(PageView::of(page, |light| light)))
}
