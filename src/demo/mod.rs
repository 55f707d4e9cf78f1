//! The synthetic portfolio: 152 projects that keep every promise of the 2021 plan to the 分, with
//! units, milestones, twelve planned months and confirmed reports January to May.
//!
//! Everything real in it comes from the plan document; names end in 示例.

pub mod accounts;
pub mod load;
pub mod months;
pub mod numbers;
pub mod portfolio;
pub mod welcome;
