//! Issues to be coordinated.

pub(crate) mod list;
pub(crate) mod one;
