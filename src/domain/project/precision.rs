//! Dates of which only the month or the year is known.

use chrono::NaiveDate;

use crate::domain::month::Month;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How much of a date is known.
    DatePrecision {
        /// The day.
        Day = "day" "日",
        /// The month. The date is its first day for a start, its last day for a finish and for
        /// operation.
        Month = "month" "月",
        /// The year. The date is its first day for a start, its last day for a finish and for
        /// operation.
        Year = "year" "年",
    }
}

/// Which day stands for a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first.
    First,
    /// The last.
    Last,
}

impl DatePrecision {
    /// The day that stands for the month or year of `date`.
    pub fn edge(self, date: NaiveDate, edge: Edge) -> NaiveDate {
        let month = Month::of(date);
        match (self, edge) {
            (Self::Day, _) => date,
            (Self::Month, Edge::First) => month.first_day(),
            (Self::Month, Edge::Last) => month.last_day(),
            (Self::Year, Edge::First) => month.year().january().first_day(),
            (Self::Year, Edge::Last) => month.year().december().last_day(),
        }
    }

    /// What is known of `date`: `2021`, `2021-08` or `2021-08-01`.
    pub fn text(self, date: NaiveDate) -> String {
        match self {
            Self::Day => date.to_string(),
            Self::Month => Month::of(date).to_string(),
            Self::Year => date.format("%Y").to_string(),
        }
    }
}

/// How much is known of the dates of a project. Actual finish and operation are known to the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatePrecisions {
    /// Planned start of construction.
    pub planned_start: DatePrecision,
    /// Planned finish of construction.
    pub planned_finish: DatePrecision,
    /// Planned start of operation.
    pub planned_operation: DatePrecision,
    /// Actual start of construction.
    pub actual_start: DatePrecision,
}

impl DatePrecisions {
    /// Every date is known to the day.
    pub const DAYS: Self = Self {
        planned_start: DatePrecision::Day,
        planned_finish: DatePrecision::Day,
        planned_operation: DatePrecision::Day,
        actual_start: DatePrecision::Day,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stands_for_what_is_known() {
        let day: NaiveDate = "2024-02-15".parse().unwrap();
        for (precision, first, last, text) in [
            (DatePrecision::Day, "2024-02-15", "2024-02-15", "2024-02-15"),
            (DatePrecision::Month, "2024-02-01", "2024-02-29", "2024-02"),
            (DatePrecision::Year, "2024-01-01", "2024-12-31", "2024"),
        ] {
            assert_eq!(precision.edge(day, Edge::First).to_string(), first);
            assert_eq!(precision.edge(day, Edge::Last).to_string(), last);
            assert_eq!(precision.text(day), text);
        }
    }
}
