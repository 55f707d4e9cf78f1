//! Projects: registered, changed, moved between stages, assigned to units.

pub mod batch;
pub(in crate::usecases) mod date_warnings;
pub mod external_ids;
pub mod filter;
pub mod input;
pub mod list;
pub mod namesakes;
pub mod patch;
pub mod records;
pub mod selection;
pub mod transition;
pub mod units;
pub mod view;
pub mod write;
