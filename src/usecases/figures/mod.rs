//! What all summaries share: what they state about themselves, amounts and counts.

pub mod about;
pub mod view;
