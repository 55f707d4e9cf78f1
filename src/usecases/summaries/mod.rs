//! Aggregates over projects: promise table, investment, trend, starts and milestones, rankings, and the
//! projects behind them.

pub(crate) mod commitments;
pub(crate) mod investment;
pub(crate) mod issues;
pub(crate) mod milestones;
pub(crate) mod of_project;
pub(crate) mod overview;
pub(crate) mod project_row;
pub(crate) mod project_sort;
pub(crate) mod projects;
pub(crate) mod rankings;
pub(crate) mod trend;
