//! Reference data: areas, industries and units.

pub(crate) mod area;
pub(crate) mod industry;
pub(crate) mod unit;
