//! Lights of areas, industries, groups and units.

use std::ops::Add;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::light::Light;
use crate::domain::light::judgement::{GroupLight, LightJudge};
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::dimensions::{PlaceDimension, RowPlace};
use crate::usecases::figures::lights::LightsOfProjects;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::rows::sum_rows;
use crate::usecases::figures::view::ProgressInputs;
use crate::usecases::lights::rules::LightRulesView;
use crate::usecases::lights::view::{CatchUpView, FindingView, LightCountsView};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// Lights grouped by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LightSummary {
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

/// Light of an area, industry, group or unit, and the number of its projects per light.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LightRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Light of its summed progress, by the same thresholds as for projects; blue if all its
    /// projects are finished.
    pub light: Light,
    /// Finding of the rule of progress on its sums.
    pub finding: FindingView,
    /// Inputs of the rule of progress.
    pub progress: ProgressInputs,
    /// Investment needed to return to green; absent if the light is green, grey or blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catch_up: Option<CatchUpView>,
    /// Number of its projects per light.
    pub projects: LightCountsView,
}

impl LightRow {
    fn of(place: RowPlace, sums: &LightSums, judge: &LightJudge, language: Language) -> Self {
        let LightSums { figures, counts } = sums;
        let counts = *counts;
        let GroupLight { light, progress, catch_up } = judge.group(figures, counts);
        Self {
            place,
            light,
            finding: FindingView::of(&progress, language),
            progress: ProgressInputs::of(&figures.now, judge.period, judge.mode),
            catch_up: catch_up.map(|c| CatchUpView::of(c, language)),
            projects: counts.into(),
        }
    }
}

/// Lights of the projects that match `filter` and are visible to the caller, grouped by `by`.
///
/// # Errors
/// 400 for an unknown code, a month of another year, or one that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    by: PlaceDimension,
) -> Result<LightSummary, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    light_summary(ask.conn, &request, &filter, by, ask.language)
}

/// Lights of the projects that match `filter`, grouped by `by`.
pub(crate) fn light_summary(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
    by: PlaceDimension,
    language: Language,
) -> Result<LightSummary, Refusal> {
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
    let row = |place, sums: &LightSums| LightRow::of(place, sums, judge, language);
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
