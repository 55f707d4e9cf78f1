//! Lights of projects, areas, industries, groups and units; their rules and overrides.

pub mod overrides;
pub mod project;
pub mod rules;
pub mod summary;
pub mod view;
