//! Overview, rankings and promise table.

pub mod overview;
pub mod promises;
mod ranking;
pub mod trend_chart;
