//! Figures with their rates, as summaries show them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::Period;
use crate::domain::figures::{Coverage, Figures};
use crate::domain::money::Fen;
use crate::domain::rate::{Hundredths, Rate};

/// A rate with its parts.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
    /// The part, in 万元.
    pub numerator_wan: Fen,
    /// The whole, in 万元.
    pub denominator_wan: Fen,
    /// The part of the whole, in per cent; null when the whole is zero.
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

/// How many reports were due, and what became of them; `due` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Coverage)]
pub struct CoverageView {
    /// Owed, or filed without being owed.
    pub due: i64,
    /// Of them confirmed.
    pub confirmed: i64,
    /// Of them submitted and not yet confirmed.
    pub submitted: i64,
    /// Of them not filed; drafts and returned ones too.
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

/// Projects and their total investment.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Registered {
    /// How many projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
}

impl From<&Figures> for Registered {
    fn from(figures: &Figures) -> Self {
        Self { project_count: figures.project_count, total_investment_wan: figures.total }
    }
}

/// What year plans plan.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Planned {
    /// For the year, in 万元.
    pub annual_investment_wan: Fen,
    /// Of that January to the month asked for, in 万元.
    pub through_wan: Fen,
}

impl From<&Figures> for Planned {
    fn from(figures: &Figures) -> Self {
        Self { annual_investment_wan: figures.planned, through_wan: figures.planned_through }
    }
}

/// Year plans on one basis, and what was completed against them.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AgainstBasis {
    /// Planned for the year, in 万元.
    pub annual_investment_wan: Fen,
    /// Completed ÷ planned.
    pub against_plan: RateView,
}

impl AgainstBasis {
    /// `completed` of `planned`.
    pub fn of(completed: Fen, planned: Fen) -> Self {
        let against_plan = Rate::new(completed, planned).into();
        Self { annual_investment_wan: planned, against_plan }
    }
}

/// How far the year should be, and how far it is from that.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Expected progress, in per cent.
    pub expected: Option<Hundredths>,
    /// Completion against the year plans less that, in percentage points.
    pub deviation: Option<Hundredths>,
}

impl Judged {
    /// `figures` judged at the end of `period`.
    pub fn of(figures: &Figures, period: Period, mode: ExpectedMode) -> Self {
        let number = period.through.number();
        let expected = progress::expected(mode, number, figures);
        Self {
            expected: expected.map(crate::domain::rate::Ratio::percent),
            deviation: progress::deviation(mode, number, figures),
        }
    }
}
