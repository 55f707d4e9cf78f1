//! Aggregates over projects: promise table, investment, trend, starts and milestones, rankings, and the
//! projects behind them.

pub mod commitments;
pub mod investment;
pub mod issues;
pub mod milestones;
pub mod of_project;
pub mod overview;
pub mod project_row;
pub mod project_sort;
pub mod projects;
pub mod rankings;
pub mod trend;
