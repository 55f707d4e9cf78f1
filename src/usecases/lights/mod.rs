//! Lights of projects, areas, industries, groups and units; their rules and overrides.

pub(crate) mod overrides;
pub(crate) mod project;
pub(crate) mod rules;
pub(crate) mod summary;
pub(crate) mod view;
