//! The synthetic portfolio: 152 projects whose sums equal every figure of the 2021 plan exactly,
//! with units, milestones, twelve planned months and confirmed reports for January to May.
//!
//! Plan figures and departments come from the plan document; projects and owners are invented and
//! their names contain 示例.

pub mod accounts;
pub mod load;
pub mod months;
pub mod numbers;
pub mod portfolio;
pub mod welcome;
