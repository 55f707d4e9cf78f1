//! Overview, rankings and promise table.

pub mod overview;
pub mod promises;
pub mod trend_chart;
