//! Lights of projects.

pub mod view;
pub mod overrides;
pub mod rules;
