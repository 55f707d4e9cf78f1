//! Stored sums of investment: the promise table, investment by dimension, and the trend.

use serde::{Deserialize, Serialize};

use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::reference::industry::IndustryGroup;
use crate::store::bulletins::content::rows::{About, Coverage, Rate, RowDimension, RowKey};

/// The promise table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Commitments {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// One line per industry line.
    pub lines: Vec<CommitmentLine>,
    /// Subtotals of the industry groups.
    pub groups: Vec<CommitmentLine>,
    /// Subtotals of parent industries.
    pub parents: Vec<CommitmentLine>,
    /// Grand total.
    pub total: CommitmentLine,
}

/// A line of the promise table, or a subtotal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CommitmentLine {
    /// The code of the industry; `None` on groups and on the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Name of the industry or group, in Chinese.
    pub name: String,
    /// The industry group; `None` on the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<IndustryGroup>,
    /// Projects and investment in the plan document.
    pub promised: Promised,
    /// Projects in the register in this year.
    pub registered: Registered,
    /// Investment planned in the year plans.
    pub planned: Planned,
    /// Completed from January to the month, in 万元.
    pub completed_wan: Fen,
    /// Completed ÷ annual investment of the plan document.
    pub against_promise: Rate,
    /// Completed ÷ annual investment of the year plans.
    pub against_plan: Rate,
    /// Measured against the first version of the year plans.
    pub initial: AgainstBasis,
    /// Measured against the version of the year plans in force.
    pub current: AgainstBasis,
    /// (Invested before + completed) ÷ total investment.
    pub total_completion: Rate,
    /// Expected progress, in per cent.
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points.
    pub deviation_points: Option<Hundredths>,
    /// Reports due, by state.
    pub coverage: Coverage,
}

/// Number of projects and their investment in the plan document.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Promised {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

/// Number of projects and their total investment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Registered {
    /// Number of projects.
    pub project_count: i64,
    /// Total investment of those whose total is known, in 万元.
    pub total_investment_wan: Fen,
    /// Number of projects whose total is unknown; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_unknown_count: Option<i64>,
}

/// Investment planned in the year plans.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Planned {
    /// Planned for the whole year, in 万元.
    pub annual_investment_wan: Fen,
    /// Planned for January to the month, in 万元.
    pub through_wan: Fen,
}

/// Year plans on one basis, and the completion rate measured against them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct AgainstBasis {
    /// Planned for the whole year, in 万元.
    pub annual_investment_wan: Fen,
    /// Completed ÷ planned investment of the year.
    pub against_plan: Rate,
}

/// Investment by dimension.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Investment {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// The dimensions.
    pub by: Vec<RowDimension>,
    /// One row per key that has projects.
    pub rows: Vec<InvestmentRow>,
    /// Totals, with each project counted once.
    pub total: InvestmentRow,
}

/// Investment of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvestmentRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub key: RowKey,
    /// Number of projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_count: Option<i64>,
    /// Total investment of those whose total is known, in 万元.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_investment_wan: Option<Fen>,
    /// Number of projects whose total is unknown; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_unknown_count: Option<i64>,
    /// Investment planned in the year plans.
    pub planned: PlannedPart,
    /// Completed from January to the month, in 万元.
    pub completed_wan: Fen,
    /// Completed ÷ planned investment of the year.
    pub against_plan: Rate,
    /// Expected progress, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation_points: Option<Hundredths>,
    /// Reports due, by state.
    pub coverage: Coverage,
}

/// Investment planned for the year and up to the month.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct PlannedPart {
    /// Planned for the whole year, in 万元.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_investment_wan: Option<Fen>,
    /// Planned for January to the month, in 万元.
    pub through_wan: Fen,
}

/// Investment by month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trend {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// All twelve months of the year.
    pub months: Vec<TrendMonth>,
}

/// Investment of one month.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct TrendMonth {
    /// The month.
    pub month: Month,
    /// Planned for the month, in 万元.
    pub planned_wan: Fen,
    /// Completed in the month, in 万元.
    pub completed_wan: Fen,
    /// Planned from January to this month, in 万元.
    pub planned_cumulative_wan: Fen,
    /// Completed from January to this month, in 万元.
    pub completed_cumulative_wan: Fen,
}
