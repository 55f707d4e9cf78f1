//! Projects: registered, changed, moved between stages, assigned to units.

pub(crate) mod batch;
pub(in crate::usecases) mod date_warnings;
pub(crate) mod external_ids;
pub(crate) mod filter;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod namesakes;
pub(crate) mod patch;
pub(crate) mod records;
pub(crate) mod selection;
pub(crate) mod transition;
pub(crate) mod units;
pub(crate) mod view;
pub(crate) mod write;
