//! Stored rankings, and stored starts and milestones.

use serde::{Deserialize, Serialize};

use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::store::bulletins::content::lights::LightCounts;
use crate::store::bulletins::content::rows::{
    About, CountRate, Coverage, Progress, RowDimension, RowKey,
};

/// A ranking, best first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ranking {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// Dimension that is ranked.
    pub by: RowDimension,
    /// Rows by rank; rows without a rate come last.
    pub rows: Vec<RankingRow>,
}

/// A row of a ranking.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RankingRow {
    /// Rank, 1 for the best; `None` if nothing is planned, and on the row of projects without unit.
    pub rank: Option<i64>,
    /// Rank in the previous month; `None` in January, or if it had none.
    pub last_rank: Option<i64>,
    /// Key of the row.
    #[serde(flatten)]
    pub key: RowKey,
    /// Number of projects.
    pub project_count: i64,
    /// Completed from January to the month, in 万元.
    pub completed_wan: Fen,
    /// Completion rate, expected progress and deviation.
    pub progress: Progress,
    /// Projects started ÷ projects to start this year.
    pub start_rate_of_year: CountRate,
    /// Projects started ÷ projects due to have started.
    pub start_rate_of_due: CountRate,
    /// Reports due, by state.
    pub coverage: Coverage,
    /// Light of the row's summed progress.
    pub light: Light,
    /// Number of projects per light.
    pub projects: LightCounts,
}

/// Starts and milestones by area.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MilestoneSummary {
    /// Head of the summary.
    #[serde(flatten)]
    pub about: About,
    /// Dimension of the rows.
    pub by: RowDimension,
    /// The rows.
    pub rows: Vec<MilestoneRow>,
    /// Totals, with each project counted once.
    pub total: MilestoneRow,
}

/// Starts and milestones of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MilestoneRow {
    /// Key of the row; empty on the total.
    #[serde(flatten)]
    pub key: RowKey,
    /// Projects started ÷ projects to start this year.
    pub start_rate_of_year: CountRate,
    /// Projects started ÷ projects due to have started.
    pub start_rate_of_due: CountRate,
    /// Milestones with a baseline date in the month.
    pub due_in_month: i64,
    /// Of those, milestones that were reached.
    pub reached_in_month: i64,
    /// Milestones not reached whose baseline date has passed.
    pub overdue: i64,
    /// Milestones not reached whose forecast differs from the baseline date.
    pub moved: i64,
    /// Days by which the `moved` milestones shift, in total.
    pub moved_days: i64,
}
