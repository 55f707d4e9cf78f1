//! Reporting months and one of them.

pub mod list;
pub mod one;
