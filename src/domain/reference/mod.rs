//! Reference data: areas, industries and units.

pub mod area;
pub mod industry;
pub mod unit;
