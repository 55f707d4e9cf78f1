//! Rankings of areas, industries, groups and units by completion rate.

use std::collections::BTreeMap;
use std::ops::Add;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::milestones::MilestoneFigures;
use crate::domain::figures::ranking::{Standing, ranks};
use crate::domain::light::Light;
use crate::domain::light::judgement::LightJudge;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::money::Fen;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::dimensions::{PlaceDimension, RowPlace};
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::rows::{Row, RowIdentity, sum_rows};
use crate::usecases::figures::view::{CountRateView, CoverageView, ProgressInputs};
use crate::usecases::lights::view::LightCountsView;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// A ranking, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rankings {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// How rates and expected progress are computed.
    #[serde(flatten)]
    #[schema(inline)]
    pub method: Method,
    /// Dimension that is ranked.
    pub by: PlaceDimension,
    /// Rows by rank. Rows without a rate have no rank and come last.
    pub rows: Vec<RankingRow>,
}

/// A row of a ranking, with the figures behind its rank.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingRow {
    /// Rank, 1 for the best: by completion rate, then by deviation. Ties share a rank, and the next
    /// rank is skipped (1, 2, 2, 4). Null if nothing is planned, and on the row of projects without
    /// unit.
    pub rank: Option<i64>,
    /// Rank at the end of the previous month; null in January, or if it had none.
    pub last_rank: Option<i64>,
    /// Key of the row.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Number of projects.
    pub project_count: i64,
    /// Investment completed from January to the month `through`, in 万元.
    pub completed_wan: Fen,
    /// Completion rate, expected progress and deviation.
    pub progress: ProgressInputs,
    /// Projects started ÷ projects to start this year.
    pub start_rate_of_year: CountRateView,
    /// Projects started ÷ projects due to have started.
    pub start_rate_of_due: CountRateView,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
    /// Light of the row's summed progress.
    pub light: Light,
    /// Number of its projects per light.
    pub projects: LightCountsView,
}

/// Sums of one row.
#[derive(Clone, Copy)]
struct RankedSums {
    figures: LightFigures,
    starts: MilestoneFigures,
    lights: LightCounts,
}

impl From<&LitProject> for RankedSums {
    fn from(project: &LitProject) -> Self {
        Self { figures: project.figures, starts: project.starts, lights: project.counts() }
    }
}

impl Add for RankedSums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            figures: self.figures + other.figures,
            starts: self.starts + other.starts,
            lights: self.lights + other.lights,
        }
    }
}

/// A row with its rank.
struct RankedRow {
    row: Row<RankedSums>,
    rank: Option<i64>,
}

impl RankedRow {
    /// The rows of dimension `by`, in the order of their keys.
    fn all(lights: &LightsOfProjects, by: PlaceDimension) -> Vec<Self> {
        let period = lights.judge.period;
        let parts = lights.projects.iter().flat_map(|project| {
            let keys = lights.names.keys(&project.year, &[by.into()], period).into_iter();
            keys.map(move |key| (key, RankedSums::from(project)))
        });
        let rows = sum_rows(parts);
        let standings: Vec<_> = rows.iter().map(|row| standing(row, by, &lights.judge)).collect();
        rows.into_iter().zip(ranks(&standings)).map(|(row, rank)| Self { row, rank }).collect()
    }

    fn view(self, judge: &LightJudge, last: &BTreeMap<RowIdentity, i64>) -> RankingRow {
        let Row { key, sums, .. } = &self.row;
        let now = &sums.figures.now;
        RankingRow {
            rank: self.rank,
            last_rank: last.get(&self.row.identity()).copied(),
            place: key.place.clone(),
            project_count: now.project_count,
            completed_wan: now.completed,
            progress: ProgressInputs::of(now, judge.period, judge.mode),
            start_rate_of_year: sums.starts.of_the_year().into(),
            start_rate_of_due: sums.starts.of_those_due().into(),
            coverage: now.coverage.into(),
            light: judge.group(&sums.figures, sums.lights).light,
            projects: sums.lights.into(),
        }
    }
}

/// What a row is ranked by; `None` without a rate, and for projects without unit.
fn standing(row: &Row<RankedSums>, by: PlaceDimension, judge: &LightJudge) -> Option<Standing> {
    if by == PlaceDimension::Unit && row.key.place.unit_id.is_none() {
        return None;
    }
    let inputs = ProgressInputs::of(&row.sums.figures.now, judge.period, judge.mode);
    Some(Standing { completion: inputs.against_plan.percent?, deviation: inputs.deviation_points? })
}

/// Ranking of the projects that match `filter` and are visible to the caller.
///
/// # Errors
/// 400 for an unknown code, a month of another year, or a month that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    by: PlaceDimension,
) -> Result<Rankings, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    let before = request.month_before(ask.conn)?;
    ranking(ask.conn, &request, before.as_ref(), &filter, by)
}

/// Ranking of the projects that match `filter`; `before` is the same request for the previous
/// month.
///
/// # Errors
/// Database errors only.
pub(crate) fn ranking(
    conn: &mut Conn,
    request: &SummaryRequest,
    before: Option<&SummaryRequest>,
    filter: &ProjectFilter,
    by: PlaceDimension,
) -> Result<Rankings, Refusal> {
    let ranked = rankings(conn, request, before, filter, &[by])?.into_iter().next();
    ranked.ok_or_else(|| Refusal::broken("one dimension gives one ranking"))
}

/// Several rankings of the same projects, which are loaded once.
///
/// # Errors
/// Database errors only.
pub(crate) fn rankings(
    conn: &mut Conn,
    request: &SummaryRequest,
    before: Option<&SummaryRequest>,
    filter: &ProjectFilter,
    by: &[PlaceDimension],
) -> Result<Vec<Rankings>, Refusal> {
    let mut compute = |request| LightsOfProjects::compute(conn, request, filter);
    let last = before.map(&mut compute).transpose()?;
    let lights = compute(request)?;
    let about = request.about(lights.years());
    let ranking = |by: &PlaceDimension| {
        let last = last.as_ref().map(|lights| ranks_by_identity(lights, *by)).unwrap_or_default();
        let rows = RankedRow::all(&lights, *by).into_iter();
        let mut rows: Vec<_> = rows.map(|row| row.view(&lights.judge, &last)).collect();
        rows.sort_by_key(|row| row.rank.unwrap_or(i64::MAX));
        Rankings { about: about.clone(), method: request.method(), by: *by, rows }
    };
    Ok(by.iter().map(ranking).collect())
}

fn ranks_by_identity(lights: &LightsOfProjects, by: PlaceDimension) -> BTreeMap<RowIdentity, i64> {
    let rows = RankedRow::all(lights, by).into_iter();
    rows.filter_map(|ranked| Some((ranked.row.identity(), ranked.rank?))).collect()
}
