//! Change feed: digest lines that compare a mirror with the register.

pub mod digest;
