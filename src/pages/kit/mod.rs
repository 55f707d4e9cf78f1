//! Shared parts of the pages: page shell, forms, replies, charts.

pub(crate) mod assets;
pub(crate) mod chart;
pub(crate) mod choice;
pub(crate) mod cookies;
pub(crate) mod filters;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod notice;
pub(crate) mod number;
pub(crate) mod rejected_form;
pub(crate) mod reply;
pub(crate) mod shell;
pub(crate) mod visit;
