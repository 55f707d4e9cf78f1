//! Investment grouped by one or two dimensions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::figures::Figures;
use crate::domain::figures::period::Period;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::money::Fen;
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::dimensions::{Dimension, RowKey};
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::rows::sum_rows;
use crate::usecases::figures::view::Progress;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;

/// Dimensions of the rows.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ByQuery {
    /// One or two different dimensions. Units are counted in the role `role`, by default `owner`; a
    /// project with several such units is in the row of each, and once in the total.
    #[param(min_items = 1, max_items = 2)]
    pub by: Vec<Dimension>,
}

/// Planned and completed investment, grouped by one or two dimensions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Investment {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// How rates and expected progress are computed.
    #[serde(flatten)]
    #[schema(inline)]
    pub method: Method,
    /// The dimensions, in the requested order.
    pub by: Vec<Dimension>,
    /// One row per combination of keys that has projects.
    pub rows: Vec<InvestmentRow>,
    /// Totals of all projects that match the filters, with each project counted once.
    pub total: InvestmentRow,
}

/// Key and figures of one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvestmentRow {
    /// What the row is of; only the requested dimensions.
    #[serde(flatten)]
    #[schema(inline)]
    pub key: RowKey,
    /// Number of projects; absent on rows of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project_count: Option<i64>,
    /// Total investment of those whose total is known, in 万元; absent on rows of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub total_investment_wan: Option<Fen>,
    /// Number of projects whose total is unknown; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total_unknown_count: Option<i64>,
    /// Planned and completed investment, of the period or of the row's month.
    #[serde(flatten)]
    #[schema(inline)]
    pub progress: Progress,
}

impl InvestmentRow {
    fn of_period(key: RowKey, figures: &Figures, period: Period, mode: ExpectedMode) -> Self {
        Self {
            key,
            project_count: Some(figures.project_count),
            total_investment_wan: Some(figures.total),
            total_unknown_count: figures.unknown_totals(),
            progress: Progress::of_period(figures, period, mode),
        }
    }

    fn of_month(key: RowKey, figures: &Figures) -> Self {
        Self {
            key,
            project_count: None,
            total_investment_wan: None,
            total_unknown_count: None,
            progress: Progress::of_month(figures),
        }
    }
}

/// Investment of the projects that match `filter` and are visible to the caller, grouped by `by`.
///
/// # Errors
/// 400 if both dimensions are the same, for an unknown code, a month of another year, or a month
/// that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    by: Vec<Dimension>,
) -> Result<Investment, Refusal> {
    if by.first() == by.get(1) {
        let words = Words::new("两个维度不能相同。", "The two dimensions must differ.");
        return Err(Refusal::bad_parameters(vec![FieldError::new("?by", "repeated", words)]));
    }
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    investment(ask.conn, &request, &filter, by)
}

/// Investment of the projects that match `filter`, grouped by `by`.
///
/// # Errors
/// Database errors only.
pub(crate) fn investment(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
    by: Vec<Dimension>,
) -> Result<Investment, Refusal> {
    let period = request.period;
    let mode = request.query.expected;
    let years = request.years(conn, filter)?;
    let names = KeyNames::load(conn, &request.source, &years, filter)?;
    let parts = years.iter().flat_map(|project| {
        let whole = project.figures(period);
        names.keys(project, &by, period).into_iter().map(move |key| {
            let figures = key.row.month.map_or(whole, |m| project.month_figures(m, period));
            (key, figures)
        })
    });
    let rows = sum_rows(parts).into_iter().map(|row| match row.key.month {
        Some(_) => InvestmentRow::of_month(row.key, &row.sums),
        None => InvestmentRow::of_period(row.key, &row.sums, period, mode),
    });
    let rows = rows.collect();
    let total: Figures = years.iter().map(|p| p.figures(period)).sum();
    Ok(Investment {
        about: request.about(&years),
        method: request.method(),
        rows,
        total: InvestmentRow::of_period(RowKey::default(), &total, period, mode),
        by,
    })
}
