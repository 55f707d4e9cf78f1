//! Filing, review and restatement.

pub mod fields;
pub mod filing;
pub mod form;
pub mod restating;
pub mod review;
