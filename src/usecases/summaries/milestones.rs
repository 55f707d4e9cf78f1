//! Starts of construction and milestones: due, reached, overdue and rescheduled.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::milestones::{MilestoneFigures, StartFacts};
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::About;
use crate::usecases::figures::dimensions::{PlaceDimension, RowPlace};
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::rows::sum_rows;
use crate::usecases::figures::view::CountRateView;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// Starts and milestones, grouped by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MilestoneSummary {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// Dimension of the rows.
    pub by: PlaceDimension,
    /// The rows, in the order of their keys.
    pub rows: Vec<MilestoneRow>,
    /// Totals, with each project counted once.
    pub total: MilestoneRow,
}

/// Starts and milestones of one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MilestoneRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub place: RowPlace,
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
    fn of(place: RowPlace, figures: &MilestoneFigures) -> Self {
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

/// Starts and milestones of the projects that match `filter` and are visible to the caller.
///
/// # Errors
/// 400 for an unknown code, a month of another year, or a month that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    by: PlaceDimension,
) -> Result<MilestoneSummary, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    milestone_summary(ask.conn, &request, &filter, by)
}

/// Starts and milestones of the projects that match `filter`, grouped by `by`.
///
/// # Errors
/// Database errors only.
pub(crate) fn milestone_summary(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
    by: PlaceDimension,
) -> Result<MilestoneSummary, Refusal> {
    let period = request.period;
    let years = request.years(conn, filter)?;
    let names = KeyNames::load(conn, &request.source, &years, filter)?;
    let mut milestones = request.source.milestones(conn)?;
    let mut total = MilestoneFigures::default();
    let mut parts = Vec::new();
    for project in &years {
        let own = milestones.remove(&project.id).unwrap_or_default();
        let start = StartFacts::of(project.starts, project.stage, &own);
        let figures = MilestoneFigures::of(start, &own, period);
        total = total + figures;
        parts.extend(names.keys(project, &[by.into()], period).into_iter().map(|k| (k, figures)));
    }
    let rows = sum_rows(parts).into_iter();
    Ok(MilestoneSummary {
        about: request.about(&years),
        by,
        rows: rows.map(|row| MilestoneRow::of(row.key.place, &row.sums)).collect(),
        total: MilestoneRow::of(RowPlace::default(), &total),
    })
}
