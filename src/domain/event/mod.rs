//! Change feed: kinds of events, and digest lines that compare a mirror with the register.

pub mod digest;
pub mod kind;
