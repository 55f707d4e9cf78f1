//! What every summary states about itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::usecases::figures::query::{Include, PeriodQuery};

/// Period, scope and snapshot of a summary. All values come from one snapshot of the database.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct About {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January. Lights, starts and milestones are
    /// evaluated on its last day, or today if that is earlier.
    pub through: Month,
    /// Which projects the figures cover. `promised` always covers the whole plan document.
    pub scope: SummaryScope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// Months of the period that were restated after they were closed.
    pub restated_months: Vec<Month>,
}

/// How rates and expected progress are computed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Method {
    /// Version of the year plans used as the denominator of rates.
    pub basis: Basis,
    /// Method for computing expected progress.
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    pub include: Include,
}

impl From<&PeriodQuery> for Method {
    fn from(query: &PeriodQuery) -> Self {
        Self { basis: query.basis, expected: query.expected, include: query.include }
    }
}

/// Which projects the sums cover, depending on the caller's role.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SummaryScope {
    /// Every project.
    All,
    /// Every project that is not restricted.
    Open,
    /// The projects in which the caller's unit has a role.
    Unit,
    /// The projects of the caller's area.
    Area,
    /// No project.
    Nothing,
}

impl From<Sight> for SummaryScope {
    fn from(sight: Sight) -> Self {
        match sight {
            Sight::All => Self::All,
            Sight::Open => Self::Open,
            Sight::Unit(_) => Self::Unit,
            Sight::Area(_) => Self::Area,
            Sight::Nothing => Self::Nothing,
        }
    }
}
