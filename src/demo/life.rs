//! When a synthetic project starts and ends, and how far it is.

use chrono::{Days, NaiveDate};

use crate::demo::numbers::Numbers;
use crate::domain::month::{Month, Year};
use crate::domain::project::Stage;

/// Start, finish and stage of a project in mid-year.
pub(super) struct Life {
    /// Stage.
    pub stage: Stage,
    /// Planned start.
    pub planned_start: NaiveDate,
    /// Actual start.
    pub actual_start: Option<NaiveDate>,
    /// Actual finish.
    pub actual_finish: Option<NaiveDate>,
    /// First month with planned investment.
    pub first_planned_month: u32,
    /// Last month with planned investment.
    pub last_planned_month: u32,
}

/// A day of a month.
pub(super) fn day(year: Year, month: u32, day: i64) -> NaiveDate {
    let first =
        Month::new(year, month).map_or_else(|| year.january().first_day(), Month::first_day);
    first + Days::new(u64::try_from(day - 1).unwrap_or(0))
}

/// Draws a life: most projects continue from the year before or start early in the year.
pub(super) fn life(numbers: &mut Numbers, year: Year) -> Life {
    let before = Year::new(year.get() - 1).unwrap_or(year);
    let kind = numbers.between(1, 100);
    let late = i64::from(numbers.chance(30)) * numbers.between(5, 28);
    let on = numbers.between(1, 25);
    if kind <= 55 {
        // Continued from the previous year.
        let month = u32::try_from(numbers.between(3, 11)).unwrap_or(3);
        let start = day(before, month, on);
        let done = numbers.chance(8);
        Life {
            stage: if done { Stage::Completed } else { Stage::Construction },
            planned_start: start,
            actual_start: Some(start + Days::new(u64::try_from(late).unwrap_or(0))),
            actual_finish: done.then(|| day(year, 5, on)),
            first_planned_month: 1,
            last_planned_month: if done { 5 } else { 12 },
        }
    } else if kind <= 85 {
        // Started between January and March.
        let month = u32::try_from(numbers.between(1, 3)).unwrap_or(1);
        let start = day(year, month, on);
        Life {
            stage: Stage::Construction,
            planned_start: start,
            actual_start: Some(start + Days::new(u64::try_from(late).unwrap_or(0))),
            actual_finish: None,
            first_planned_month: month,
            last_planned_month: 12,
        }
    } else {
        // To start between May and September; some are overdue.
        let month = u32::try_from(numbers.between(5, 9)).unwrap_or(9);
        Life {
            stage: Stage::Reserve,
            planned_start: day(year, month, on),
            actual_start: None,
            actual_finish: None,
            first_planned_month: month,
            last_planned_month: 12,
        }
    }
}
