//! Reporting months: opened, due, closed.

pub mod gates;
pub mod view;
