//! The synthetic portfolio: 152 projects whose sums equal every figure of the 2021 plan exactly,
//! with units, milestones, twelve planned months and confirmed reports for January to May.
//!
//! Plan figures and departments come from the plan document; projects and owners are invented and
//! their names contain 示例.

pub(crate) mod accounts;
mod life;
pub mod load;
pub(crate) mod months;
pub(crate) mod numbers;
pub(crate) mod portfolio;
mod progress;
pub(crate) mod welcome;
