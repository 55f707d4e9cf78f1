//! Amounts, counts and rates, as all summaries return them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::milestones::CountRate;
use crate::domain::figures::period::Period;
use crate::domain::figures::progress::{self, ExpectedMode};
use crate::domain::figures::{Coverage, Figures};
use crate::domain::money::Fen;
use crate::domain::plan::Envelope;
use crate::domain::rate::{Hundredths, Rate, Ratio};

/// A rate with its numerator and denominator.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Rate)]
pub(crate) struct RateView {
    /// The numerator, in 万元.
    pub numerator_wan: Fen,
    /// The denominator, in 万元.
    pub denominator_wan: Fen,
    /// Numerator ÷ denominator in per cent, with two decimals; null if the denominator is zero.
    pub percent: Option<Hundredths>,
}

impl From<Rate> for RateView {
    fn from(rate: Rate) -> Self {
        Self {
            numerator_wan: rate.numerator,
            denominator_wan: rate.denominator,
            percent: rate.percent(),
        }
    }
}

/// Number of reports due in the period, by state. `due` = `confirmed` + `submitted` + `missing`.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Coverage)]
pub(crate) struct CoverageView {
    /// Reports owed, plus reports filed without being owed.
    pub due: i64,
    /// Reports due that are confirmed.
    pub confirmed: i64,
    /// Reports due that are submitted and not yet confirmed.
    pub submitted: i64,
    /// Reports due that are not filed, including drafts and returned reports.
    pub missing: i64,
}

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        Self {
            due: coverage.due,
            confirmed: coverage.confirmed,
            submitted: coverage.submitted,
            missing: coverage.missing,
        }
    }
}

/// Number of projects and their total investment.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Registered {
    /// Number of projects.
    pub project_count: i64,
    /// Total investment of those whose total is known, in 万元.
    pub total_investment_wan: Fen,
    /// Number of projects whose total is unknown; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total_unknown_count: Option<i64>,
}

impl From<&Figures> for Registered {
    fn from(figures: &Figures) -> Self {
        Self {
            project_count: figures.project_count,
            total_investment_wan: figures.total,
            total_unknown_count: figures.unknown_totals(),
        }
    }
}

/// Investment planned in the year plans.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Planned {
    /// Planned for the whole year, in 万元.
    pub annual_investment_wan: Fen,
    /// Planned for January to the month `through`, in 万元.
    pub through_wan: Fen,
}

impl From<&Figures> for Planned {
    fn from(figures: &Figures) -> Self {
        Self { annual_investment_wan: figures.planned, through_wan: figures.planned_through }
    }
}

/// Year plans on one basis, and the completion rate measured against them.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct AgainstBasis {
    /// Planned for the whole year, in 万元.
    pub annual_investment_wan: Fen,
    /// Completed investment ÷ planned investment of the year.
    pub against_plan: RateView,
}

impl AgainstBasis {
    /// Builds it from completed and planned investment.
    pub(crate) fn of(completed: Fen, planned: Fen) -> Self {
        let against_plan = Rate::new(completed, planned).into();
        Self { annual_investment_wan: planned, against_plan }
    }
}

/// A rate of two counts, with numerator and denominator.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CountRate)]
pub(crate) struct CountRateView {
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

/// Investment planned in year plans, for the year or for one month.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct PlannedPart {
    /// Planned for the whole year, in 万元; absent for a single month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub annual_investment_wan: Option<Fen>,
    /// Planned for January to the month `through`, or for the single month, in 万元.
    pub through_wan: Fen,
}

/// Inputs of the rule of progress.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ProgressInputs {
    /// Completed investment ÷ planned investment of the year.
    pub against_plan: RateView,
    /// Expected progress at the end of the period, in per cent; null if nothing is planned.
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; null if nothing is planned.
    pub deviation_points: Option<Hundredths>,
}

impl ProgressInputs {
    /// Computes the inputs at the end of `period`.
    pub(crate) fn of(figures: &Figures, period: Period, mode: ExpectedMode) -> Self {
        let number = period.through.number();
        Self {
            against_plan: progress::against_plan(figures).into(),
            expected_percent: progress::expected(mode, number, figures, period.edition)
                .map(Ratio::percent),
            deviation_points: progress::deviation(mode, number, figures),
        }
    }
}

/// Planned and completed investment, the rates between them, and the reports counted.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// Investment planned in the year plans.
    pub planned: PlannedPart,
    /// Investment completed from January to the month `through`, or in the single month, in 万元.
    pub completed_wan: Fen,
    /// Completed investment ÷ planned investment of the year, or of the single month.
    pub against_plan: RateView,
    /// Expected progress at the end of the period, in per cent; absent for a single month, or if
    /// nothing is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points; absent for a single month, or
    /// if nothing is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
}

impl Progress {
    /// Progress at the end of `period`.
    pub(crate) fn of_period(figures: &Figures, period: Period, mode: ExpectedMode) -> Self {
        let inputs = ProgressInputs::of(figures, period, mode);
        Self {
            planned: PlannedPart {
                annual_investment_wan: Some(figures.planned),
                through_wan: figures.planned_through,
            },
            completed_wan: figures.completed,
            against_plan: inputs.against_plan,
            expected_percent: inputs.expected_percent,
            deviation_points: inputs.deviation_points,
            coverage: figures.coverage.into(),
        }
    }

    /// Progress in a single month, which has neither expected progress nor deviation.
    pub(crate) fn of_month(figures: &Figures) -> Self {
        Self {
            planned: PlannedPart {
                annual_investment_wan: None,
                through_wan: figures.planned_through,
            },
            completed_wan: figures.completed,
            against_plan: progress::against_plan(figures).into(),
            expected_percent: None,
            deviation_points: None,
            coverage: figures.coverage.into(),
        }
    }
}

/// Number of projects and their investment, as the plan document states them.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Promised {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

impl std::iter::Sum for Promised {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), |sum, one| Self {
            project_count: sum.project_count + one.project_count,
            total_investment_wan: sum.total_investment_wan + one.total_investment_wan,
            annual_investment_wan: sum.annual_investment_wan + one.annual_investment_wan,
        })
    }
}

impl From<&Envelope> for Promised {
    fn from(envelope: &Envelope) -> Self {
        Self {
            project_count: envelope.project_count.into(),
            total_investment_wan: envelope.total,
            annual_investment_wan: envelope.annual,
        }
    }
}
