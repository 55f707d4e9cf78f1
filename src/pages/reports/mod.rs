//! Filing, reviewing and restating reports.

pub(crate) mod deciding;
pub(crate) mod fields;
pub(crate) mod filing;
pub(crate) mod form;
pub(crate) mod opening;
pub(crate) mod restating;
pub(crate) mod review;
