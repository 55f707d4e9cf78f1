//! Editions of the formulas.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Edition of the formulas that figures are computed by.
    ///
    /// A published month keeps the edition it was published by: its figures are computed again for
    /// readers who see less than all of it, and must not change. Where a rule changes, the old
    /// meaning stays under the old edition.
    Edition {
        /// 0.1.0: a report is owed in any stage; expected progress by calendar and a green light
        /// are stated without a plan too.
        First = "first" "第一版",
        /// A report is owed from construction on; without planned investment there is neither
        /// expected progress nor a green light.
        Second = "second" "第二版",
    }
}

impl Edition {
    /// Edition of figures that are computed now.
    pub(crate) const CURRENT: Self = Self::Second;

    /// Edition of bulletins that do not name theirs.
    pub(crate) const fn unnamed() -> Self {
        Self::First
    }

    /// True for the edition that bulletins do not name.
    pub(crate) fn is_unnamed(&self) -> bool {
        *self == Self::unnamed()
    }
}
