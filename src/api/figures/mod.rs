//! What all summaries share: the period asked for, the head of an answer, dimensions, places and figures.

pub mod asked;
pub mod dimensions;
pub mod place;
pub mod view;
