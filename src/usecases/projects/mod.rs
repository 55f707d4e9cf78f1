//! Projects: registered, changed, moved between stages, assigned to units.

pub mod filter;
pub mod list;
pub mod namesakes;
pub mod transition;
pub mod units;
pub mod view;
pub mod write;
