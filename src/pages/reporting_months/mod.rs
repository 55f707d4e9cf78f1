//! Reporting months: the list and one month.

pub mod list;
pub mod one;
