//! Figures and rates, as all summaries return them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::Period;
use crate::domain::figures::{Coverage, Figures};
use crate::domain::money::Fen;
use crate::domain::rate::{Hundredths, Rate};

/// A rate with its numerator and denominator.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
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
pub struct CoverageView {
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
pub struct Registered {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
}

impl From<&Figures> for Registered {
    fn from(figures: &Figures) -> Self {
        Self { project_count: figures.project_count, total_investment_wan: figures.total }
    }
}

/// Investment planned in the year plans.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Planned {
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
pub struct AgainstBasis {
    /// Planned for the whole year, in 万元.
    pub annual_investment_wan: Fen,
    /// Completed investment ÷ planned investment of the year.
    pub against_plan: RateView,
}

impl AgainstBasis {
    /// Builds it from completed and planned investment.
    pub fn of(completed: Fen, planned: Fen) -> Self {
        let against_plan = Rate::new(completed, planned).into();
        Self { annual_investment_wan: planned, against_plan }
    }
}

/// Expected progress, and the deviation from it.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Expected progress, in per cent.
    pub expected: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points.
    pub deviation: Option<Hundredths>,
}

impl Judged {
    /// Computes both at the end of `period`.
    pub fn of(figures: &Figures, period: Period, mode: ExpectedMode) -> Self {
        let number = period.through.number();
        let expected = progress::expected(mode, number, figures);
        Self {
            expected: expected.map(crate::domain::rate::Ratio::percent),
            deviation: progress::deviation(mode, number, figures),
        }
    }
}
