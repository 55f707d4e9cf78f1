//! Sums that the light of a set of projects is computed from, and counts of projects by light.

use std::ops::Add;

use crate::domain::figures::Figures;
use crate::domain::light::Light;

/// Progress figures of a set of projects: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LightFigures {
    /// Figures through the month of the summary.
    pub now: Figures,
    /// Figures with the plans through the target month of the catch-up amount.
    pub then: Figures,
    /// Projects with planned investment by the month of the summary.
    pub due: i64,
    /// Those that have not reported that month.
    pub unreported: i64,
}

impl Add for LightFigures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            now: self.now + other.now,
            then: self.then + other.then,
            due: self.due + other.due,
            unreported: self.unreported + other.unreported,
        }
    }
}

/// Number of projects by light: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LightCounts {
    /// Green projects.
    pub green: i64,
    /// Yellow projects.
    pub yellow: i64,
    /// Red projects.
    pub red: i64,
    /// Grey projects.
    pub grey: i64,
    /// Blue projects.
    pub blue: i64,
}

impl LightCounts {
    /// Counts of a single project with this light.
    pub(crate) fn one(light: Light) -> Self {
        let is = |other| i64::from(light == other);
        Self {
            green: is(Light::Green),
            yellow: is(Light::Yellow),
            red: is(Light::Red),
            grey: is(Light::Grey),
            blue: is(Light::Blue),
        }
    }

    /// Number of projects with any light.
    pub(crate) fn total(self) -> i64 {
        self.green + self.yellow + self.red + self.grey + self.blue
    }
}

impl Add for LightCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            green: self.green + other.green,
            yellow: self.yellow + other.yellow,
            red: self.red + other.red,
            grey: self.grey + other.grey,
            blue: self.blue + other.blue,
        }
    }
}
