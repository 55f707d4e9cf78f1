//! What sets of projects need for their light, and how many projects show which.

use std::ops::Add;

use crate::domain::figures::Figures;
use crate::domain::light::Light;

/// Progress, as far as lights need it: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LightFigures {
    /// Through the month asked for.
    pub now: Figures,
    /// The same plans through the month by whose end one can be green again.
    pub then: Figures,
    /// Projects of which something was due.
    pub due: i64,
    /// Of them not reported.
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

/// How many projects show which light: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LightCounts {
    /// Green.
    pub green: i64,
    /// Yellow.
    pub yellow: i64,
    /// Red.
    pub red: i64,
    /// Grey.
    pub grey: i64,
    /// Blue.
    pub blue: i64,
}

impl LightCounts {
    /// One project.
    pub fn one(light: Light) -> Self {
        let is = |other| i64::from(light == other);
        Self {
            green: is(Light::Green),
            yellow: is(Light::Yellow),
            red: is(Light::Red),
            grey: is(Light::Grey),
            blue: is(Light::Blue),
        }
    }

    /// All of them.
    pub fn total(self) -> i64 {
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
