//! Investment grouped by one or two dimensions.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::api::figures::dimensions::{Dimension, Key, Keys};
use crate::api::figures::place::Place;
use crate::api::figures::view::{CoverageView, Judged, RateView};
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::{Period, restated_months};
use crate::domain::figures::{Figures, roll_up};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::project::{Nature, Stage};
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;
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
    routes!["summaries"; get_investment]
}

/// Dimensions of the rows.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ByQuery {
    /// One or two different dimensions. Units are counted in the role `role`, by default `owner`; a
    /// project with several such units is in the row of each, and once in the total.
    #[param(min_items = 1, max_items = 2)]
    pub by: Vec<Dimension>,
}

/// Planned and completed investment, grouped by one or two dimensions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Investment {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January.
    pub through: Month,
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
    /// Months of the period that were restated after they were closed.
    pub restated_months: Vec<Month>,
    /// The dimensions, in the requested order.
    pub by: Vec<Dimension>,
    /// One row per combination of keys that has projects.
    pub rows: Vec<InvestmentRow>,
    /// Totals of all projects that match the filters, with each project counted once.
    pub total: InvestmentRow,
}

/// Key and figures of one row.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct InvestmentRow {
    /// Industry, group, area or unit of the row; only for the requested dimensions.
    #[serde(flatten)]
    pub place: Place,
    /// The stage; only if grouped by stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stage: Option<Stage>,
    /// The nature of construction; only if grouped by nature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nature: Option<Nature>,
    /// The month; only if grouped by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "2021-05")]
    pub month: Option<Month>,
    /// Number of projects; absent on rows of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project_count: Option<i64>,
    /// Their total investment, in 万元; absent on rows of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub total_investment_wan: Option<Fen>,
    /// Investment planned in the year plans.
    pub planned: PlannedPart,
    /// Investment completed from January to the month `through`, or in the row's month, in 万元.
    pub completed_wan: Fen,
    /// Completed investment ÷ planned investment of the year, or of the row's month.
    pub against_plan: RateView,
    /// Expected progress at the end of the period, in per cent; absent on rows of a month, or if
    /// nothing is planned and the method needs plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent on rows of a month, or
    /// if nothing is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
}

/// Investment planned in year plans, for the year or for one month.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct PlannedPart {
    /// Planned for the whole year, in 万元; absent for a single month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub annual_investment_wan: Option<Fen>,
    /// Planned for January to the month `through`, or for the single month, in 万元.
    pub through_wan: Fen,
}

impl InvestmentRow {
    fn of(figures: &Figures, period: Period, mode: ExpectedMode, of_month: bool) -> Self {
        let judged = Judged::of(figures, period, mode);
        let year = |value| if of_month { None } else { value };
        Self {
            project_count: (!of_month).then_some(figures.project_count),
            total_investment_wan: (!of_month).then_some(figures.total),
            planned: PlannedPart {
                annual_investment_wan: (!of_month).then_some(figures.planned),
                through_wan: figures.planned_through,
            },
            completed_wan: figures.completed,
            against_plan: progress::against_plan(figures).into(),
            expected_percent: year(judged.expected),
            deviation_points: year(judged.deviation),
            coverage: figures.coverage.into(),
            ..Self::default()
        }
    }

    fn with(self, key: Key, keys: &Keys) -> Self {
        match key {
            Key::Stage(stage) => Self { stage: Some(stage), ..self },
            Key::Nature(nature) => Self { nature: Some(nature), ..self },
            Key::Month(month) => Self { month: Some(month), ..self },
            Key::Industry(..) | Key::Group(_) | Key::Area(..) | Key::Unit(_) => {
                Self { place: self.place.clone().with(key, keys), ..self }
            }
        }
    }
}

/// Show investment by dimension
///
/// Planned and completed investment, grouped by one or two of industry, group, area, unit, stage,
/// nature and month. Covers the projects that match the filters and are visible to the caller.
#[utoipa::path(get, path = "/summaries/investment")]
async fn get_investment(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, ByQuery>>>,
) -> Result<Sheet<Investment>, Problem> {
    let Query(Both(filter, Both(asked, ByQuery { by }))) = query;
    let (sight, now) = (who.sees(), app.now());
    if by.first() == by.get(1) {
        let words = Words::new("两个维度不能相同。", "The two dimensions must differ.");
        return Err(Problem::bad_parameters(vec![FieldError::new("?by", "repeated", words)]));
    }
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            sum_up(conn, &asking, &known, by)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Investment of the projects that match `filter`, grouped by `by`.
pub fn sum_up(
    conn: &mut Conn,
    asking: &Asking,
    filter: &ProjectFilter,
    by: Vec<Dimension>,
) -> Result<Investment, Problem> {
    let (asked, period, stated) = (asking.query, asking.period, asking.stated);
    let years = asking.years(conn, filter)?;
    let keys = Keys::load(conn, asking, &years, filter)?;
    let parts = years.iter().flat_map(|p| keys.parts(p, &by, period));
    let rows: BTreeMap<Vec<Key>, Figures> = roll_up(parts);
    let of_month = by.contains(&Dimension::Month);
    let row = |(row_keys, figures): (&Vec<Key>, &Figures)| {
        let row = InvestmentRow::of(figures, period, asked.expected, of_month);
        row_keys.iter().fold(row, |row, key| row.with(*key, &keys))
    };
    let total: Figures = years.iter().map(|p| p.figures(period)).sum();
    Ok(Investment {
        year: asked.year,
        through: period.through,
        basis: asked.basis,
        expected: asked.expected,
        include: asked.include,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        restated_months: restated_months(&years, period),
        rows: rows.iter().map(row).collect(),
        total: InvestmentRow::of(&total, period, asked.expected, false),
        by,
    })
}
