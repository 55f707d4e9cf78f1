//! Shared parts of the pages: page shell, forms, replies, charts.

pub mod assets;
pub mod chart;
pub mod choice;
pub mod cookies;
pub mod filters;
pub mod form;
pub mod frame;
pub mod notice;
pub mod number;
pub mod rejected_form;
pub mod reply;
pub mod shell;
pub mod visit;
