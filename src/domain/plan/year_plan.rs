//! Year plans of projects: planned investment by month, in versions that are never overwritten.

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UserId, YearPlanId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Type of a year plan version.
    PlanVersionKind {
        /// 年初: first version, in force from January
        Initial = "initial" "年初计划",
        /// 调整: amounts changed
        Adjustment = "adjustment" "调整",
        /// 追加: project added during the year
        Addition = "addition" "追加",
        /// 更正: error corrected
        Correction = "correction" "更正",
    }
}

text_enum! {
    /// Version of the year plans that a rate is measured against (口径).
    Basis {
        /// 年初: the first version.
        Initial = "initial" "年初计划",
        /// 调整后: the version in force at the end of the month of the summary.
        Current = "current" "调整后计划",
    }
}

/// Planned investment of each month, January first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MonthlyAmounts(pub [Fen; 12]);

impl MonthlyAmounts {
    /// Planned investment of the year.
    pub(crate) fn sum(&self) -> Fen {
        self.0.iter().copied().sum()
    }

    /// Planned investment of month `number` (1 to 12); zero for any other number.
    pub(crate) fn of(&self, number: u32) -> Fen {
        let index = usize::try_from(number).unwrap_or(0).wrapping_sub(1);
        self.0.get(index).copied().unwrap_or_default()
    }

    /// Planned investment from January to month `number` (1 to 12).
    pub(crate) fn through(&self, number: u32) -> Fen {
        let months = usize::try_from(number).unwrap_or(12);
        self.0.iter().take(months).copied().sum()
    }
}

/// Monthly amounts of a year plan on both bases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlanBases {
    /// First version.
    pub initial: MonthlyAmounts,
    /// Version in force at the end of the month of the summary.
    pub current: MonthlyAmounts,
}

impl PlanBases {
    /// Monthly amounts on `basis`.
    pub(crate) fn on(&self, basis: Basis) -> &MonthlyAmounts {
        match basis {
            Basis::Initial => &self.initial,
            Basis::Current => &self.current,
        }
    }
}

/// Version of a year plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanVersion {
    /// Version number, starting at 1.
    pub number: i32,
    /// Type of the version.
    pub kind: PlanVersionKind,
    /// First month to which the version applies.
    pub effective_month: Month,
    /// Planned investment of the year.
    pub annual: Fen,
    /// Planned investment by month; the sum equals `annual`.
    pub months: MonthlyAmounts,
    /// Goal of the year in words; may be empty.
    pub goal: String,
    /// Number of the document that ordered it; may be empty.
    pub document_number: String,
    /// Reason for the version; empty for the first.
    pub reason: String,
    /// Instant at which it was entered.
    pub created_at: Timestamp,
    /// Account that entered it.
    pub created_by: Option<UserId>,
}

/// Planned investment of a project in one year, with all versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YearPlan {
    /// Its id.
    pub id: YearPlanId,
    /// The project.
    pub project_id: ProjectId,
    /// The year.
    pub year: Year,
    /// All versions, oldest first.
    pub versions: Vec<PlanVersion>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl YearPlan {
    /// Version in force at the end of `month`; `None` before the first takes effect.
    pub(crate) fn in_force(&self, month: Month) -> Option<&PlanVersion> {
        self.versions.iter().rfind(|v| v.effective_month <= month)
    }
}
