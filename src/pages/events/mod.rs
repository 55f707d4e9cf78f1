//! The event history.

pub mod history;
pub mod told;
pub mod told_words;
