//! Lights of projects.

pub mod view;
