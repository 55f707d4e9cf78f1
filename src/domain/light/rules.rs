//! Light rules: versioned thresholds. A version never applies to a month that is over or closed.

use crate::domain::clock::Timestamp;
use crate::domain::effective_month::{must_be_in, must_not_precede, refused};
use crate::domain::error::FieldError;
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;

/// Thresholds of all rules. Each is compared with the displayed value, rounded to two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LightThresholds {
    /// Progress is green at or above this deviation, in percentage points.
    pub green_from: Hundredths,
    /// Progress is yellow at or above this deviation, in percentage points, and red below it.
    pub yellow_from: Hundredths,
    /// A start is yellow this many months after the month in which it was planned.
    pub start_yellow_months: i32,
    /// A start is red this many months after the month in which it was planned.
    pub start_red_months: i32,
    /// A milestone is yellow when it slips by more than this many days.
    pub milestone_yellow_days: i32,
    /// A milestone is red when it slips by more than this many days.
    pub milestone_red_days: i32,
    /// Reporting is yellow when this many overdue reports are missing.
    pub reporting_yellow_missing: i32,
    /// Reporting is red when this many overdue reports are missing.
    pub reporting_red_missing: i32,
}

impl Default for LightThresholds {
    fn default() -> Self {
        Self {
            green_from: Hundredths::new(-500),
            yellow_from: Hundredths::new(-2_000),
            start_yellow_months: 1,
            start_red_months: 3,
            milestone_yellow_days: 30,
            milestone_red_days: 90,
            reporting_yellow_missing: 1,
            reporting_red_missing: 2,
        }
    }
}

/// Largest allowed value of a count threshold.
pub(crate) const LARGEST_THRESHOLD: i32 = 3_650;

impl LightThresholds {
    /// Validates that the red threshold of each rule is beyond its yellow threshold.
    ///
    /// # Errors
    /// All invalid fields: `out-of-range`, `wrong-order`.
    pub(crate) fn check(self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        for (pointer, points) in
            [("/green_from_points", self.green_from), ("/yellow_from_points", self.yellow_from)]
        {
            if !(-10_000..=10_000).contains(&points.get()) {
                let words = Words::new("应在 -100 至 100 之间。", "Must be between -100 and 100.");
                errors.push(FieldError::new(pointer, "out-of-range", words));
            }
        }
        if self.yellow_from >= self.green_from {
            let words = Words::new(
                format!("黄灯下限应低于绿灯下限（{}）。", self.green_from),
                format!("Must be less than the green threshold, {}.", self.green_from),
            );
            errors.push(FieldError::new("/yellow_from_points", "wrong-order", words));
        }
        self.check_counts(&mut errors);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    fn check_counts(&self, errors: &mut Vec<FieldError>) {
        let pairs = [
            (
                ["/start_yellow_months", "/start_red_months"],
                self.start_yellow_months,
                self.start_red_months,
                1,
            ),
            (
                ["/milestone_yellow_days", "/milestone_red_days"],
                self.milestone_yellow_days,
                self.milestone_red_days,
                0,
            ),
            (
                ["/reporting_yellow_missing", "/reporting_red_missing"],
                self.reporting_yellow_missing,
                self.reporting_red_missing,
                1,
            ),
        ];
        for ([yellow_pointer, red_pointer], yellow, red, least) in pairs {
            for (pointer, value) in [(yellow_pointer, yellow), (red_pointer, red)] {
                if !(least..=LARGEST_THRESHOLD).contains(&value) {
                    let words = Words::new(
                        format!("应在 {least} 至 {LARGEST_THRESHOLD} 之间。"),
                        format!("Must be between {least} and {LARGEST_THRESHOLD}."),
                    );
                    errors.push(FieldError::new(pointer, "out-of-range", words));
                }
            }
            if red <= yellow {
                let words = Words::new(
                    format!("红灯界限应大于黄灯界限（{yellow}）。"),
                    format!("Must be greater than the yellow threshold, {yellow}."),
                );
                errors.push(FieldError::new(red_pointer, "wrong-order", words));
            }
        }
    }
}

/// Version of the light rules of a year. Versions are never overwritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LightRules {
    /// Version number; 0 is the default version of every year.
    pub number: i32,
    /// First month to which this version applies.
    pub effective_month: Month,
    /// Their thresholds.
    pub thresholds: LightThresholds,
    /// Reason for the version.
    pub reason: String,
    /// Instant at which it was entered; `None` for the default version.
    pub created_at: Option<Timestamp>,
}

impl LightRules {
    /// Default version of a year.
    pub(crate) fn of_the_design(year: Year) -> Self {
        Self {
            number: 0,
            effective_month: year.january(),
            thresholds: LightThresholds::default(),
            reason: String::new(),
            created_at: None,
        }
    }

    /// Version in force in `month`; `versions` are in the order they were entered.
    pub(crate) fn in_force(versions: &[Self], month: Month) -> Self {
        let found = versions.iter().rfind(|v| v.effective_month <= month).cloned();
        found.unwrap_or_else(|| Self::of_the_design(month.year()))
    }
}

/// Months that bound a new version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleTimes {
    /// The month of the business day.
    pub this_month: Month,
    /// Last closed month of the year.
    pub last_closed: Option<Month>,
}

/// Validates the effective month of a new version: not in the past and not closed.
///
/// # Errors
/// `out-of-range`, `retroactive`, `before-version`, at `/effective_month`.
pub(crate) fn may_decide_from(
    effective: Month,
    year: Year,
    times: RuleTimes,
    previous: Option<Month>,
) -> Result<(), FieldError> {
    let RuleTimes { this_month, last_closed } = times;
    must_be_in(year, effective)?;
    let earliest = last_closed.map_or(this_month, |closed| closed.next().max(this_month));
    if effective < earliest {
        return Err(refused(
            "retroactive",
            format!("规则不溯及既往，最早自 {earliest} 起生效。"),
            format!("Rules are not retroactive; the earliest effective month is {earliest}."),
        ));
    }
    must_not_precede(previous, effective)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn rules_must_grow_stricter_and_every_wrong_field_is_named() {
        assert!(LightThresholds::default().check().is_ok());
        let wrong = LightThresholds {
            yellow_from: Hundredths::new(-500),
            start_red_months: 1,
            milestone_yellow_days: -1,
            ..LightThresholds::default()
        };

        let errors = wrong.check().unwrap_err();

        let named: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(
            named,
            [
                ("/yellow_from_points", "wrong-order"),
                ("/start_red_months", "wrong-order"),
                ("/milestone_yellow_days", "out-of-range"),
            ]
        );
    }

    #[test]
    fn rules_never_reach_back() {
        let year = Year::new(2021).unwrap();
        let from = |text, closed: Option<&str>, previous: Option<&str>| {
            let last_closed = closed.map(month);
            let times = RuleTimes { this_month: month("2021-07"), last_closed };
            let decided = may_decide_from(month(text), year, times, previous.map(month));
            decided.map_err(|e| e.code)
        };

        assert_eq!(from("2021-07", Some("2021-05"), None), Ok(()));
        assert_eq!(from("2021-06", Some("2021-05"), None), Err("retroactive"));
        assert_eq!(from("2021-07", Some("2021-07"), None), Err("retroactive"));
        assert_eq!(from("2021-08", None, Some("2021-09")), Err("before-version"));
        assert_eq!(from("2022-01", None, None), Err("out-of-range"));
    }

    #[test]
    fn a_month_is_decided_by_the_last_version_that_reached_it() {
        let year = Year::new(2021).unwrap();
        let version = |number, from: &str| LightRules {
            number,
            effective_month: month(from),
            ..LightRules::of_the_design(year)
        };
        let versions = [version(1, "2021-03"), version(2, "2021-07")];
        let number = |m: &str| LightRules::in_force(&versions, month(m)).number;

        assert_eq!([number("2021-02"), number("2021-03"), number("2021-06")], [0, 1, 1]);
        assert_eq!([number("2021-07"), number("2021-12")], [2, 2]);
    }
}
