//! Figures that add up over any set of projects: counts, amounts, report coverage.

pub(crate) mod edition;
pub(crate) mod milestones;
mod owed;
pub(crate) mod period;
pub(crate) mod progress;
pub(crate) mod ranking;
pub(crate) mod summary;

use std::collections::BTreeMap;
use std::ops::Add;

use crate::domain::money::Fen;
use crate::domain::report::filings::FilingStatus;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Status of a report that is due; selects the project list behind a coverage number.
    ReportPart {
        /// Due: required, or filed without being required.
        Due = "due" "应报",
        /// Confirmed.
        Confirmed = "confirmed" "已确认",
        /// Submitted, not yet confirmed.
        Submitted = "submitted" "待审核",
        /// Not submitted.
        Missing = "missing" "缺报",
    }
}

impl ReportPart {
    /// Number of reports with this status.
    pub(crate) fn of(self, coverage: &Coverage) -> i64 {
        match self {
            Self::Due => coverage.due,
            Self::Confirmed => coverage.confirmed,
            Self::Submitted => coverage.submitted,
            Self::Missing => coverage.missing,
        }
    }
}

/// Number of due reports by status.
///
/// Invariant: `due = confirmed + submitted + missing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Reports that are required, or were filed without being required.
    pub due: i64,
    /// Confirmed reports.
    pub confirmed: i64,
    /// Submitted reports that are not yet confirmed.
    pub submitted: i64,
    /// Reports not submitted, including drafts and returned ones.
    pub missing: i64,
}

/// Figures of a set of projects: a commutative monoid under addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Number of projects.
    pub project_count: i64,
    /// Total investment, of the projects whose total is known.
    pub total: Fen,
    /// Number of projects whose total is unknown.
    pub total_unknown: i64,
    /// Year plans, on the requested basis.
    pub planned: Fen,
    /// Planned investment from January to the month of the summary, on the requested basis.
    pub planned_through: Fen,
    /// Year plans in their first version, regardless of the requested basis.
    pub planned_initial: Fen,
    /// Year plans in the version in force, regardless of the requested basis.
    pub planned_current: Fen,
    /// Σ year plan × share of active months elapsed ×
    /// [`ACTIVE_DENOMINATOR`](crate::domain::figures::progress::ACTIVE_DENOMINATOR), in 分.
    pub active_share: i128,
    /// Completed investment from January to the month of the summary.
    pub completed: Fen,
    /// Invested before the register began, plus all completed investment up to the month of the
    /// summary; of the projects whose total is known.
    pub completed_ever: Fen,
    /// Report coverage.
    pub coverage: Coverage,
}

impl Coverage {
    /// Adds one report; a returned one has to be filed again, so it is missing.
    pub(crate) fn count(&mut self, status: FilingStatus) {
        self.due += 1;
        match status {
            FilingStatus::Confirmed => self.confirmed += 1,
            FilingStatus::Submitted => self.submitted += 1,
            FilingStatus::Returned | FilingStatus::Missing => self.missing += 1,
        }
    }
}

impl Figures {
    /// Number of projects whose total is unknown; `None` if there are none.
    pub(crate) fn unknown_totals(&self) -> Option<i64> {
        (self.total_unknown > 0).then_some(self.total_unknown)
    }

    /// Figures of an empty set of projects.
    pub(crate) const ZERO: Self = Self {
        project_count: 0,
        total: Fen::ZERO,
        total_unknown: 0,
        planned: Fen::ZERO,
        planned_through: Fen::ZERO,
        planned_initial: Fen::ZERO,
        planned_current: Fen::ZERO,
        active_share: 0,
        completed: Fen::ZERO,
        completed_ever: Fen::ZERO,
        coverage: Coverage { due: 0, confirmed: 0, submitted: 0, missing: 0 },
    };
}

impl Add for Coverage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            due: self.due + other.due,
            confirmed: self.confirmed + other.confirmed,
            submitted: self.submitted + other.submitted,
            missing: self.missing + other.missing,
        }
    }
}

impl Add for Figures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            project_count: self.project_count + other.project_count,
            total: self.total + other.total,
            total_unknown: self.total_unknown + other.total_unknown,
            planned: self.planned + other.planned,
            planned_through: self.planned_through + other.planned_through,
            planned_initial: self.planned_initial + other.planned_initial,
            planned_current: self.planned_current + other.planned_current,
            active_share: self.active_share.strict_add(other.active_share),
            completed: self.completed + other.completed,
            completed_ever: self.completed_ever + other.completed_ever,
            coverage: self.coverage + other.coverage,
        }
    }
}

impl std::iter::Sum for Figures {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Self::add)
    }
}

/// Sums figures by key.
pub(crate) fn roll_up<K: Ord>(
    items: impl IntoIterator<Item = (K, Figures)>,
) -> BTreeMap<K, Figures> {
    let mut groups = BTreeMap::new();
    for (key, figures) in items {
        let sum = groups.entry(key).or_insert(Figures::ZERO);
        *sum = *sum + figures;
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_figures() -> impl Strategy<Value = Figures> {
        let money = || (0_i64..10_i64.pow(12)).prop_map(Fen::new);
        (0_i64..5, money(), money(), money(), money(), 0_i64..9, 0_i64..9, 0_i64..9).prop_map(
            |(count, total, planned, done, ever, confirmed, submitted, missing)| Figures {
                project_count: count,
                total,
                total_unknown: submitted,
                planned,
                planned_through: planned,
                planned_initial: total,
                planned_current: planned,
                active_share: i128::from(planned.get()),
                completed: done,
                completed_ever: ever,
                coverage: Coverage {
                    due: confirmed + submitted + missing,
                    confirmed,
                    submitted,
                    missing,
                },
            },
        )
    }

    proptest! {
        #[test]
        fn adding_is_associative_and_commutative(a in any_figures(), b in any_figures(), c in any_figures()) {
            prop_assert_eq!(a + b, b + a);
            prop_assert_eq!((a + b) + c, a + (b + c));
            prop_assert_eq!(a + Figures::ZERO, a);
        }

        #[test]
        fn the_parts_of_any_partition_sum_to_the_whole(items in proptest::collection::vec((0_u8..4, any_figures()), 0..40)) {
            let whole: Figures = items.iter().map(|(_, figures)| *figures).sum();
            let parts: Figures = roll_up(items).into_values().sum();
            prop_assert_eq!(parts, whole);
            let c = whole.coverage;
            prop_assert_eq!(c.due, c.confirmed + c.submitted + c.missing);
        }
    }
}
