//! The overview and the promise table.

pub mod overview;
pub mod promises;
pub mod trend_chart;
