//! Starts of construction and milestones: due, reached, overdue and rescheduled.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Key, Keys};
use crate::api::figures::place::{Place, PlaceDimension, PlaceQuery};
use crate::domain::clock::Timestamp;
use crate::domain::figures::milestones::{CountRate, MilestoneFigures, StartFacts};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
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
    routes!["summaries"; get_milestone_summary]
}

/// A rate of two counts, with numerator and denominator.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CountRate)]
pub struct CountRateView {
    /// The numerator.
    pub numerator: i64,
    /// The denominator.
    pub denominator: i64,
    /// Numerator ÷ denominator in per cent, with two decimals; null if the denominator is zero.
    pub percent: Option<Hundredths>,
}

impl From<CountRate> for CountRateView {
    fn from(rate: CountRate) -> Self {
        Self { numerator: rate.numerator, denominator: rate.denominator, percent: rate.percent() }
    }
}

/// Starts and milestones, grouped by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneSummary {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period. Computed as of its last day, or of today if earlier.
    pub through: Month,
    /// Dimension of the rows.
    pub by: PlaceDimension,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// The rows, in the order of their keys.
    pub rows: Vec<MilestoneRow>,
    /// Totals, with each project counted once.
    pub total: MilestoneRow,
}

/// Starts and milestones of one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MilestoneRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub place: Place,
    /// 开工率: projects started ÷ projects to start this year. A project is to start this year if it
    /// did not start before, and is planned to start by the end of the year or has started in it.
    pub start_rate_of_year: CountRateView,
    /// 应开工项目开工率: projects started ÷ projects due to have started. A project that started before its
    /// planned date counts as due.
    pub start_rate_of_due: CountRateView,
    /// Milestones with a baseline date in the month `through`.
    pub due_in_month: i64,
    /// Milestones with a baseline date in the month `through` that were reached.
    pub reached_in_month: i64,
    /// Milestones not reached whose baseline date has passed.
    pub overdue: i64,
    /// Milestones not reached whose current forecast differs from the baseline date.
    pub moved: i64,
    /// Days by which the `moved` milestones shift, in total; a forecast before the baseline counts
    /// negative.
    pub moved_days: i64,
}

impl MilestoneRow {
    fn of(place: Place, figures: &MilestoneFigures) -> Self {
        Self {
            place,
            start_rate_of_year: figures.of_the_year().into(),
            start_rate_of_due: figures.of_those_due().into(),
            due_in_month: figures.due_in_month,
            reached_in_month: figures.reached_in_month,
            overdue: figures.overdue,
            moved: figures.moved,
            moved_days: figures.moved_days,
        }
    }
}

/// Show starts and milestones
///
/// Rates of construction starts, against the projects to start this year and against those due; and
/// milestones due in the month, reached, overdue and rescheduled. Grouped by industry, group, area
/// or unit. Covers the projects that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/milestones")]
async fn get_milestone_summary(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, PlaceQuery>>>,
) -> Result<Sheet<MilestoneSummary>, Problem> {
    let Query(Both(filter, Both(asked, PlaceQuery { by }))) = query;
    let (sight, now) = (who.sees(), app.now());
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            count_up(conn, &asking, &known, by)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Starts and milestones of the projects that match `filter`, grouped by `by`.
pub fn count_up(
    conn: &mut Conn,
    asking: &Asking,
    filter: &ProjectFilter,
    by: PlaceDimension,
) -> Result<MilestoneSummary, Problem> {
    let (period, stated) = (asking.period, asking.stated);
    let years = asking.years(conn, filter)?;
    let keys = Keys::load(conn, asking, &years, filter)?;
    let mut promised = asking.source.milestones(conn)?;
    let mut rows: BTreeMap<Key, MilestoneFigures> = BTreeMap::new();
    let mut total = MilestoneFigures::default();
    for project in &years {
        let own = promised.remove(&project.id).unwrap_or_default();
        let start = StartFacts::of(project.starts, project.stage, &own);
        let figures = MilestoneFigures::of(start, &own, period);
        total = total + figures;
        for key in keys.keys(project, by.into(), period) {
            let sum = rows.entry(key).or_default();
            *sum = *sum + figures;
        }
    }
    let row = |(key, figures): (&Key, &MilestoneFigures)| {
        MilestoneRow::of(Place::of(*key, &keys), figures)
    };
    Ok(MilestoneSummary {
        year: asking.query.year,
        through: period.through,
        by,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        rows: rows.iter().map(row).collect(),
        total: MilestoneRow::of(Place::default(), &total),
    })
}
