//! Reference data: areas, industries and units.

pub mod areas;
pub mod industries;
pub mod names;
pub mod units;
