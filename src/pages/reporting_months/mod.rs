//! The page of one reporting month.

pub(crate) mod month;
