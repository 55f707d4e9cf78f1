//! The event history.

pub(crate) mod event_text;
pub(crate) mod event_words;
pub(crate) mod history;
