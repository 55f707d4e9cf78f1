//! Lights of projects.

pub mod overrides;
pub mod rules;
