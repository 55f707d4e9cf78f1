//! The event history.

pub mod event_text;
pub mod event_words;
pub mod history;
