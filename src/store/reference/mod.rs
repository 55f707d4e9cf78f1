//! Reference data: areas, industries and units.

pub mod areas;
pub mod industries;
pub mod recorded;
pub mod units;
