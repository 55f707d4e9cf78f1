//! Reporting months: opened, due, closed; their filings and late grants.

pub mod filings;
pub mod gates;
pub mod late_grants;
pub mod list;
pub mod to_file;
pub mod view;
pub mod write;
