//! Issues to be coordinated.

pub mod list;
pub mod one;
