//! The page of one reporting month.

pub mod month;
