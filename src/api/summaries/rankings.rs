//! Rankings of areas, industries, groups and units by completion rate.

use std::collections::BTreeMap;
use std::ops::Add;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Key, Keys};
use crate::api::figures::place::{Place, PlaceDimension, PlaceQuery};
use crate::api::figures::view::CoverageView;
use crate::api::lights::handlers::Lights;
use crate::api::lights::view::{LightCountsView, ProgressInputs};
use crate::api::summaries::milestones::CountRateView;
use crate::domain::clock::Timestamp;
use crate::domain::figures::milestones::{MilestoneFigures, StartFacts};
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::ranking::{Standing, ranks};
use crate::domain::figures::summary::{Period, ProjectYear};
use crate::domain::light::Light;
use crate::domain::light::judgement::LightJudge;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; get_rankings]
}

/// A ranking, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rankings {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January.
    pub through: Month,
    /// Dimension that is ranked.
    pub by: PlaceDimension,
    /// Version of the year plans used as the denominator of rates.
    pub basis: Basis,
    /// Method for computing expected progress.
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// Rows by rank. Rows without a rate have no rank and come last.
    pub rows: Vec<RankingRow>,
}

/// A row of a ranking, with the figures behind its rank.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RankingRow {
    /// Rank, 1 for the best: by completion rate, then by deviation. Ties share a rank, and the next
    /// rank is skipped (1, 2, 2, 4). Null if nothing is planned, and on the row of projects without
    /// unit.
    pub rank: Option<i64>,
    /// Rank at the end of the previous month; null in January, or if it had none.
    pub last_rank: Option<i64>,
    /// Key of the row.
    #[serde(flatten)]
    pub place: Place,
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
#[derive(Clone, Copy, Default)]
struct Sums {
    figures: LightFigures,
    starts: MilestoneFigures,
    lights: LightCounts,
}

impl Add for Sums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            figures: self.figures + other.figures,
            starts: self.starts + other.starts,
            lights: self.lights + other.lights,
        }
    }
}

/// Contributions of all projects, computed once for several rankings.
struct Ground {
    lights: Lights,
    starts: Vec<MilestoneFigures>,
    period: Period,
}

impl Ground {
    fn find(conn: &mut Conn, asking: &Asking, filter: &ProjectFilter) -> Result<Self, Problem> {
        let (lights, period) = (Lights::find(conn, asking, filter)?, asking.period);
        let starts = |project: &ProjectYear| {
            let own = lights.milestones(project.id);
            let start = StartFacts::of(project.starts, project.stage, own);
            MilestoneFigures::of(start, own, period)
        };
        let starts = lights.each().map(|(project, ..)| starts(project)).collect();
        Ok(Self { lights, starts, period })
    }

    fn standings(&self, by: PlaceDimension) -> Standings<'_> {
        let (keys, judge) = (&self.lights.keys, &self.lights.judge);
        let mut rows: BTreeMap<Key, Sums> = BTreeMap::new();
        for ((project, figures, light), starts) in self.lights.each().zip(&self.starts) {
            let lights = LightCounts::one(light.light);
            let sums = Sums { figures: *figures, starts: *starts, lights };
            for key in keys.keys(project, by.into(), self.period) {
                let row = rows.entry(key).or_default();
                *row = *row + sums;
            }
        }
        let standing = |(key, sums): (&Key, &Sums)| {
            let inputs = ProgressInputs::of(judge, &sums.figures);
            let (completion, deviation) = (inputs.against_plan.percent?, inputs.deviation_points?);
            (*key != Key::Unit(None)).then_some(Standing { completion, deviation })
        };
        let standings: Vec<_> = rows.iter().map(standing).collect();
        Standings { ranks: ranks(&standings), rows, keys, judge }
    }
}

/// Sums and ranks of all rows, with the rules of the lights.
struct Standings<'a> {
    rows: BTreeMap<Key, Sums>,
    ranks: Vec<Option<i64>>,
    keys: &'a Keys,
    judge: &'a LightJudge,
}

impl Standings<'_> {
    /// Ranks by key without position, to compare with another month.
    fn by_identity(&self) -> BTreeMap<Key, i64> {
        let ranked = self.rows.keys().zip(&self.ranks);
        ranked.filter_map(|(key, rank)| Some((key.identity(), (*rank)?))).collect()
    }

    fn view(self, last: &BTreeMap<Key, i64>) -> Vec<RankingRow> {
        let row = |((key, sums), rank): ((&Key, &Sums), &Option<i64>)| RankingRow {
            rank: *rank,
            last_rank: last.get(&key.identity()).copied(),
            place: Place::of(*key, self.keys),
            project_count: sums.figures.now.project_count,
            completed_wan: sums.figures.now.completed,
            progress: ProgressInputs::of(self.judge, &sums.figures),
            start_rate_of_year: sums.starts.of_the_year().into(),
            start_rate_of_due: sums.starts.of_those_due().into(),
            coverage: sums.figures.now.coverage.into(),
            light: self.judge.group(&sums.figures, sums.lights).light,
            projects: sums.lights.into(),
        };
        let mut rows: Vec<_> = self.rows.iter().zip(&self.ranks).map(row).collect();
        rows.sort_by_key(|row| row.rank.unwrap_or(i64::MAX));
        rows
    }
}

/// Rank areas, industries, groups or units
///
/// Ranks areas, industries, groups or units by completion rate, then by deviation, with the figures
/// behind the rank and the rank of the previous month. Covers the projects that match the filters
/// and are visible to the caller.
#[utoipa::path(get, path = "/summaries/rankings")]
async fn get_rankings(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, PlaceQuery>>>,
) -> Result<Sheet<Rankings>, Problem> {
    let Query(Both(filter, Both(asked, PlaceQuery { by }))) = query;
    let (sight, now) = (who.sees(), app.now());
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            let before = asking.month_before(conn)?;
            rank(conn, &asking, before.as_ref(), &known, by)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Ranking of the projects that match `filter`; `before` is the same request for the previous
/// month.
pub fn rank(
    conn: &mut Conn,
    asking: &Asking,
    before: Option<&Asking>,
    filter: &ProjectFilter,
    by: PlaceDimension,
) -> Result<Rankings, Problem> {
    let ranked = rank_each(conn, asking, before, filter, &[by])?.into_iter().next();
    ranked.ok_or_else(|| Problem::broken("one ranking was asked for"))
}

/// Several rankings of the same projects, which are loaded once.
pub fn rank_each(
    conn: &mut Conn,
    asking: &Asking,
    before: Option<&Asking>,
    filter: &ProjectFilter,
    by: &[PlaceDimension],
) -> Result<Vec<Rankings>, Problem> {
    let last = before.map(|before| Ground::find(conn, before, filter)).transpose()?;
    let ground = Ground::find(conn, asking, filter)?;
    let (asked, stated) = (asking.query, asking.stated);
    let ranking = |by: &PlaceDimension| {
        let last = last.as_ref().map(|last| last.standings(*by).by_identity());
        Rankings {
            year: asked.year,
            through: asking.period.through,
            by: *by,
            basis: asked.basis,
            expected: asked.expected,
            include: asked.include,
            scope: stated.scope,
            synthetic: stated.synthetic,
            as_of: stated.as_of,
            last_event: stated.last_event,
            rows: ground.standings(*by).view(&last.unwrap_or_default()),
        }
    };
    Ok(by.iter().map(ranking).collect())
}
