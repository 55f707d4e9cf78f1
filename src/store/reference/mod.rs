//! Reference data: areas, industries and units.

pub(crate) mod areas;
pub(crate) mod industries;
pub(crate) mod recorded;
pub(crate) mod units;
