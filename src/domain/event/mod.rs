//! The change feed: digests that compare two copies of the register.

pub mod digest;
