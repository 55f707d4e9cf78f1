//! What is due, overdue and moved; what was to start and has.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Key, Keys};
use crate::api::figures::place::{Place, PlaceDimension, PlaceQuery};
use crate::api::projects::filter::FilterQuery;
use crate::domain::clock::Timestamp;
use crate::domain::figures::milestones::{CountRate, MilestoneFigures, StartFacts};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::http::app::App;
use crate::http::caller::{Permit, ReadSummaries};
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; get_milestone_summary]
}

/// A share of a number of things, with its parts.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CountRate)]
pub struct CountRateView {
    /// The part.
    pub numerator: i64,
    /// The whole.
    pub denominator: i64,
    /// The part of the whole, in per cent; null when the whole is zero.
    pub percent: Option<Hundredths>,
}

impl From<CountRate> for CountRateView {
    fn from(rate: CountRate) -> Self {
        Self { numerator: rate.numerator, denominator: rate.denominator, percent: rate.percent() }
    }
}

/// Starts and milestones, summed by one dimension.
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
    /// The place; empty on the total.
    #[serde(flatten)]
    pub place: Place,
    /// Started ÷ to start this year: not started before it, and planned by its end or started in
    /// it.
    pub start_rate_of_year: CountRateView,
    /// Started ÷ due by now; what started early counts as due.
    pub start_rate_of_due: CountRateView,
    /// Milestones whose baseline lies in the month.
    pub due_in_month: i64,
    /// Of them reached.
    pub reached_in_month: i64,
    /// Milestones whose baseline has passed unreached.
    pub overdue: i64,
    /// Unreached milestones forecast, as things stand now, for another day than their baseline.
    pub moved: i64,
    /// By how many days in all.
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
/// What was to start and has, against the year and against what is due; what is due in the month,
/// overdue and moved: by industry, group, area or unit, of the projects the filters admit.
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

/// Starts and milestones of the projects `filter` admits.
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
