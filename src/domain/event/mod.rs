//! Change feed: kinds of events, and digest lines that compare a mirror with the register.

pub(crate) mod change;
pub(crate) mod digest;
pub(crate) mod kind;
