//! Filing, reviewing and restating reports.

pub mod deciding;
pub mod fields;
pub mod filing;
pub mod form;
pub mod opening;
pub mod restating;
pub mod review;
