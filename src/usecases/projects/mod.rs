//! Projects: registered, changed, moved between stages.

pub mod filter;
