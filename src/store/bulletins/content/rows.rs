//! What the stored summaries share: their head, the keys of rows, rates and counts.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::id::UnitId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::rate::Hundredths;
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;

/// Which reports count towards completed investment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// Confirmed reports only.
    Confirmed,
    /// Confirmed and submitted reports.
    Submitted,
}

/// Which projects the sums cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// Every project.
    All,
    /// Every project that is not restricted.
    Open,
    /// The projects in which one unit has a role.
    Unit,
    /// The projects of one area.
    Area,
    /// No project.
    Nothing,
}

/// Dimension of a summary's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowDimension {
    /// The industry line.
    Industry,
    /// The industry group.
    Group,
    /// The area.
    Area,
    /// The responsible unit, in one role.
    Unit,
    /// The project's stage.
    Stage,
    /// The nature of construction.
    Nature,
    /// The calendar month.
    Month,
}

/// Head of a stored summary. A summary omits the fields that do not apply to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January.
    pub through: Month,
    /// Version of the year plans used as the denominator of rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Method for computing expected progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedMode>,
    /// Which reports count towards completed investment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<Include>,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// True if the projects are synthetic.
    pub synthetic: bool,
    /// Time of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included.
    pub last_event: i64,
    /// Months of the period that were restated after they were closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restated_months: Option<Vec<Month>>,
}

/// Key of a row; only the fields of its dimension are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowKey {
    /// The code of the industry line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// The industry group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<IndustryGroup>,
    /// The code of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The unit's id; `None` on the row of projects without unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<UnitId>,
    /// The unit's name; `None` on the row of projects without unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The role in which units are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UnitRole>,
}

/// A rate of two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rate {
    /// The numerator, in 万元.
    pub numerator_wan: Fen,
    /// The denominator, in 万元.
    pub denominator_wan: Fen,
    /// Numerator ÷ denominator in per cent; `None` if the denominator is zero.
    pub percent: Option<Hundredths>,
}

/// A rate of two counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountRate {
    /// The numerator.
    pub numerator: i64,
    /// The denominator.
    pub denominator: i64,
    /// Numerator ÷ denominator in per cent; `None` if the denominator is zero.
    pub percent: Option<Hundredths>,
}

/// Number of reports due, by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coverage {
    /// Reports owed, plus reports filed without being owed.
    pub due: i64,
    /// Reports due that are confirmed.
    pub confirmed: i64,
    /// Reports due that are submitted and not yet confirmed.
    pub submitted: i64,
    /// Reports due that are not filed.
    pub missing: i64,
}

/// Completion rate, expected progress and deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Completed ÷ planned investment of the year.
    pub against_plan: Rate,
    /// Expected progress at the end of the period, in per cent.
    pub expected_percent: Option<Hundredths>,
    /// Completion rate minus expected progress, in percentage points.
    pub deviation_points: Option<Hundredths>,
}
