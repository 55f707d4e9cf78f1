//! Types shared by all summaries: requested period, response header, dimensions and figures.

pub mod asked;
pub mod dimensions;
pub mod place;
pub mod view;
