//! Reporting months: opened, due, closed; their filings and late grants.

pub(crate) mod filings;
pub(crate) mod gates;
pub(crate) mod late_grants;
pub(crate) mod list;
pub(crate) mod to_file;
pub(crate) mod view;
pub(crate) mod write;
