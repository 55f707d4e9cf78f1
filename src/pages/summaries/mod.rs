//! Overview, rankings and promise table.

pub(crate) mod overview;
pub(crate) mod promises;
mod ranking;
pub(crate) mod trend_chart;
