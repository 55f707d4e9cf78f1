//! The months that a summary covers.

use chrono::NaiveDate;

use crate::domain::figures::edition::Edition;
use crate::domain::month::{Month, Year};
use crate::domain::report::ReportState;

/// Months covered by a summary, and the day on which it is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    /// Last month covered; the first is January of the same year.
    pub through: Month,
    /// Last day of `through`, or today if that is earlier.
    pub evaluation_day: NaiveDate,
    /// Count submitted reports as completed before they are confirmed.
    pub include_submitted: bool,
    /// Edition of the formulas.
    pub edition: Edition,
}

impl Period {
    /// January to `through`, evaluated no later than `today`.
    pub(crate) fn new(through: Month, today: NaiveDate, include_submitted: bool) -> Self {
        let evaluation_day = through.last_day().min(today);
        Self { through, evaluation_day, include_submitted, edition: Edition::CURRENT }
    }

    /// Year of the period.
    pub(crate) fn year(self) -> Year {
        self.through.year()
    }

    /// Months of the period, from January to `through`.
    pub(crate) fn months(self) -> impl Iterator<Item = Month> {
        self.year().months().filter(move |month| *month <= self.through)
    }

    /// Default last month of a summary of `year`: the last month that has ended.
    pub(crate) fn usual_through(year: Year, today: NaiveDate) -> Month {
        let last_over = Month::of(today).previous();
        last_over.clamp(year.january(), year.december())
    }

    /// True if reports of this state count as completed investment.
    pub(super) fn counts(self, state: ReportState) -> bool {
        match state {
            ReportState::Confirmed => true,
            ReportState::Submitted => self.include_submitted,
            ReportState::Draft | ReportState::Returned => false,
        }
    }
}
